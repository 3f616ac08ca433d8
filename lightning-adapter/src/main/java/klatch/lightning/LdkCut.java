package klatch.lightning;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the node asks to have stored, all of it in one transaction (docs/spec/ldk-binding.md, "Cuts").
 *
 * @param id      names the cut when it has been stored
 * @param changes in no order; each key at most once
 */
record LdkCut(long id, List<Change> changes) {
  private static final byte FORMAT = 1;

  /** @param value empty if the key is to be deleted */
  record Change(String key, Optional<byte[]> value) {}

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Reads {@code u8 1, u64 id, u32 count, (u32 length, key, u8 present, [u32 length, value])*}, little endian. */
  static LdkCut parse(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    byte format = in.get();
    if (format != FORMAT) {
      throw new IllegalArgumentException("a cut of format " + format + ", not " + FORMAT);
    }
    long id = in.getLong();
    int count = in.getInt();
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String key = new String(counted(in), StandardCharsets.UTF_8);
      changes.add(new Change(key, in.get() == 1 ? Optional.of(counted(in)) : Optional.empty()));
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes too many in a cut of " + bytes.length);
    }
    return new LdkCut(id, changes);
  }

  /** Everything stored, as the node takes it at its start: {@code (u32 length, key, u32 length, value)*}. */
  static byte[] state(Map<String, byte[]> stored) {
    int length = 0;
    for (Map.Entry<String, byte[]> entry : stored.entrySet()) {
      length = Math.addExact(length,
          8 + entry.getKey().getBytes(StandardCharsets.UTF_8).length + entry.getValue().length);
    }
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    stored.forEach((key, value) -> {
      byte[] name = key.getBytes(StandardCharsets.UTF_8);
      out.putInt(name.length).put(name).putInt(value.length).put(value);
    });
    return out.array();
  }

  private static byte[] counted(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a length of " + length + " with " + in.remaining() + " bytes left");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
