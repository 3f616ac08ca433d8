package klatch.regtest.chain;

import com.fasterxml.jackson.databind.JsonNode;
import fr.acinq.bitcoin.BlockId;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The positional parameters of one call, checked as they are read. */
final class RpcParams {
  private static final int HASH_HEX_DIGITS = 64;

  private final String method;
  private final JsonNode params;

  RpcParams(String method, JsonNode params) {
    this.method = method;
    this.params = params;
  }

  /** @return null if it was left out */
  @Nullable
  JsonNode optional(int index) {
    JsonNode node = params.get(index);
    return node == null || node.isNull() ? null : node;
  }

  String text(int index, String name) {
    JsonNode node = required(index, name);
    if (!node.isTextual()) {
      throw wrongType(index, name, node, "string");
    }
    return node.textValue();
  }

  int integer(int index, String name) {
    JsonNode node = required(index, name);
    if (!node.isNumber()) {
      throw wrongType(index, name, node, "number");
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new RpcException(RpcException.MISC, "JSON integer out of range");
    }
    return node.intValue();
  }

  int integer(int index, String name, int otherwise) {
    return optional(index) == null ? otherwise : integer(index, name);
  }

  boolean flag(int index, String name, boolean otherwise) {
    JsonNode node = optional(index);
    if (node == null) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw wrongType(index, name, node, "bool");
    }
    return node.booleanValue();
  }

  /** A number that older clients send as a boolean: false is 0, true is 1. */
  int verbosity(int index, String name, int otherwise) {
    JsonNode node = optional(index);
    return node != null && node.isBoolean() ? node.booleanValue() ? 1 : 0 : integer(index, name, otherwise);
  }

  BlockId blockId(int index, String name) {
    return new BlockId(hash(index, name, "hash"));
  }

  /** @param shown what messages call it, which differs from method to method */
  TxId txId(int index, String name, String shown) {
    return new TxId(hash(index, name, shown));
  }

  Transaction transaction(int index, String name) {
    return transaction(text(index, name));
  }

  List<Transaction> transactions(int index, String name) {
    return texts(index, name).stream().map(RpcParams::transaction).toList();
  }

  List<String> texts(int index, String name) {
    JsonNode array = required(index, name);
    if (!array.isArray()) {
      throw wrongType(index, name, array, "array");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array) {
      if (!element.isTextual()) {
        throw wrongType(index, name, element, "string");
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  /** @throws RpcException unless the hex is one whole transaction and nothing else */
  static Transaction transaction(String hex) {
    try {
      byte[] bytes = HexFormat.of().parseHex(hex);
      Transaction tx = Transaction.read(bytes);
      if (Arrays.equals(Transaction.write(tx), bytes)) {
        return tx;
      }
    } catch (RuntimeException e) {
      // The reader answers malformed bytes by many kinds of unchecked exceptions; all mean the same here.
    }
    throw new RpcException(RpcException.BAD_ENCODING,
        "TX decode failed. Make sure the tx has at least one input.");
  }

  private String hash(int index, String name, String shown) {
    String text = text(index, name);
    if (text.length() != HASH_HEX_DIGITS) {
      throw new RpcException(RpcException.BAD_PARAMETER,
          shown + " must be of length " + HASH_HEX_DIGITS + " (not " + text.length() + ", for '" + text + "')");
    }
    if (!text.chars().allMatch(HexFormat::isHexDigit)) {
      throw new RpcException(RpcException.BAD_PARAMETER, shown + " must be hexadecimal string (not '" + text + "')");
    }
    return text;
  }

  private JsonNode required(int index, String name) {
    JsonNode node = optional(index);
    if (node == null) {
      throw new RpcException(RpcException.MISC, method + ": parameter " + (index + 1) + " (" + name + ") is missing");
    }
    return node;
  }

  private static RpcException wrongType(int index, String name, JsonNode node, String expected) {
    String actual = switch (node.getNodeType()) {
      case STRING, BINARY -> "string";
      case NUMBER -> "number";
      case BOOLEAN -> "bool";
      case ARRAY -> "array";
      case NULL, MISSING -> "null";
      case OBJECT, POJO -> "object";
    };
    return new RpcException(RpcException.WRONG_TYPE,
        "Wrong type passed:\n{\n    \"Position " + (index + 1) + " (" + name
            + ")\": \"JSON value of type " + actual + " is not of expected type " + expected + "\"\n}");
  }
}
