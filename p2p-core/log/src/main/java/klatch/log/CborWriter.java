package klatch.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Writes a tree as deterministic CBOR: RFC 8949 section 4.2.1, without floats and tags. */
final class CborWriter {
  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int FALSE = 0xf4;
  private static final int TRUE = 0xf5;
  private static final int NULL = 0xf6;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static byte[] write(JsonNode tree) throws IOException {
    CborWriter writer = new CborWriter();
    writer.value(tree);
    return writer.out.toByteArray();
  }

  private void value(JsonNode node) throws IOException {
    switch (node.getNodeType()) {
      case NULL, MISSING -> out.write(NULL);
      case BOOLEAN -> out.write(node.booleanValue() ? TRUE : FALSE);
      case NUMBER -> number(node);
      case BINARY -> string(BYTES, node.binaryValue());
      case STRING -> string(TEXT, node.textValue().getBytes(StandardCharsets.UTF_8));
      case ARRAY -> {
        head(ARRAY, node.size());
        for (JsonNode element : node) {
          value(element);
        }
      }
      case OBJECT -> map((ObjectNode) node);
      case POJO -> throw new IllegalArgumentException("cannot write " + node + " as CBOR");
    }
  }

  private void number(JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new IllegalArgumentException("payloads have integers of 64 bits only, not " + node);
    }
    long value = node.longValue();
    head(value < 0 ? NEGATIVE : UNSIGNED, value < 0 ? -1 - value : value);
  }

  private void string(int major, byte[] bytes) {
    head(major, bytes.length);
    out.writeBytes(bytes);
  }

  private void map(ObjectNode node) throws IOException {
    Map<byte[], JsonNode> sorted = new TreeMap<>(Arrays::compareUnsigned);
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      CborWriter key = new CborWriter();
      key.string(TEXT, field.getKey().getBytes(StandardCharsets.UTF_8));
      sorted.put(key.out.toByteArray(), field.getValue());
    }
    head(MAP, sorted.size());
    for (Map.Entry<byte[], JsonNode> field : sorted.entrySet()) {
      out.writeBytes(field.getKey());
      value(field.getValue());
    }
  }

  /** The major type with the shortest form of its argument. */
  private void head(int major, long argument) {
    int type = major << 5;
    if (argument < 24) {
      out.write(type | (int) argument);
    } else if (argument <= 0xff) {
      bigEndian(type | 24, argument, 1);
    } else if (argument <= 0xffff) {
      bigEndian(type | 25, argument, 2);
    } else if (argument <= 0xffff_ffffL) {
      bigEndian(type | 26, argument, 4);
    } else {
      bigEndian(type | 27, argument, 8);
    }
  }

  private void bigEndian(int first, long argument, int bytes) {
    out.write(first);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.write((int) (argument >>> shift));
    }
  }
}
