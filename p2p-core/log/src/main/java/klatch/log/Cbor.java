package klatch.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import klatch.libp2p.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * Payloads as deterministic CBOR (RFC 8949 section 4.2.1): one record is a map from the names of its components to their
 * values. There is one encoding of a record and no other bytes are accepted for it.
 *
 * <p>Components may be records, lists, maps with text keys, text, booleans, {@code int}, {@code long}, enums,
 * {@code byte[]}, and types with a {@code @JsonValue}. Floats are refused. A component may be null only if it is marked
 * {@link Nullable}. What a record's constructor refuses with {@link IllegalArgumentException} is malformed.
 */
public final class Cbor {
  /** A message nests records and lists a few levels deep; hostile bytes would go deeper. */
  public static final int MAX_DEPTH = 16;
  /** Longest name of a component. */
  public static final int MAX_NAME_LENGTH = 64;

  private static final CBORMapper MAPPER = mapper();

  private Cbor() {}

  private static CBORMapper mapper() {
    StreamReadConstraints bounds = StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
        .maxNameLength(MAX_NAME_LENGTH).maxStringLength(EntryHeader.MAX_PAYLOAD_BYTES).maxNumberLength(20)
        .maxDocumentLength(EntryHeader.MAX_PAYLOAD_BYTES).build();
    return CBORMapper.builder(CBORFactory.builder().streamReadConstraints(bounds).build())
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT).disable(MapperFeature.ALLOW_COERCION_OF_SCALARS).build();
  }

  /**
   * @param value a record
   * @return its encoding, at most {@link EntryHeader#MAX_PAYLOAD_BYTES}
   * @throws IllegalArgumentException if it holds what a payload cannot, or is too big
   */
  public static byte[] encode(Record value) {
    byte[] bytes;
    try {
      checkNulls(value, value.getClass().getSimpleName());
      bytes = CborWriter.write(MAPPER.valueToTree(value));
    } catch (IOException | MalformedMessageException e) {
      throw new IllegalArgumentException("cannot write " + value + " as CBOR: " + e.getMessage(), e);
    }
    if (bytes.length > EntryHeader.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("a payload has at most " + EntryHeader.MAX_PAYLOAD_BYTES + " bytes, a "
          + value.getClass().getSimpleName() + " of " + bytes.length + " was made");
    }
    return bytes;
  }

  /** @throws MalformedMessageException if the bytes are not exactly what {@link #encode} makes of such a record */
  public static <T extends Record> T decode(byte[] bytes, Class<T> type) throws MalformedMessageException {
    String name = type.getSimpleName();
    if (bytes.length > EntryHeader.MAX_PAYLOAD_BYTES) {
      throw new MalformedMessageException(
          "a " + name + " of " + bytes.length + " bytes, at most " + EntryHeader.MAX_PAYLOAD_BYTES + " are allowed");
    }
    @Nullable
    T value;
    try {
      value = MAPPER.readValue(bytes, type);
    } catch (JsonProcessingException e) {
      throw new MalformedMessageException("not a " + name + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new MalformedMessageException("not a " + name + ": " + e.getMessage(), e);
    }
    if (value == null) {
      throw new MalformedMessageException("null instead of a " + name);
    }
    checkNulls(value, name);
    if (!Arrays.equals(bytes, encode(value))) {
      throw new MalformedMessageException("a " + name + " that is not in the one deterministic encoding");
    }
    return value;
  }

  private static void checkNulls(@Nullable Object value, String where) throws MalformedMessageException {
    switch (value) {
      case null -> throw new MalformedMessageException(where + " is null");
      case Record parts -> {
        for (RecordComponent component : parts.getClass().getRecordComponents()) {
          Object part = part(parts, component);
          if (part != null || !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            checkNulls(part, where + "." + component.getName());
          }
        }
      }
      case Collection<?> elements -> {
        for (Object element : elements) {
          checkNulls(element, where + "[]");
        }
      }
      case Map<?, ?> map -> {
        for (Object element : map.values()) {
          checkNulls(element, where + "[]");
        }
      }
      default -> {
      }
    }
  }

  private static @Nullable Object part(Record value, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }
}
