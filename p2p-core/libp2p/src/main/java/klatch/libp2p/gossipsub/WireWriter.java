package klatch.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the fields of a protobuf message into one growing array. */
final class WireWriter {
  private static final int VARINT = 0;
  private static final int DELIMITED = 2;

  private byte[] bytes;
  private int size;

  WireWriter(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  static int varintBytes(long value) {
    return Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  /** Bytes of a length-delimited field with a small tag. */
  static int fieldBytes(int length) {
    return 1 + varintBytes(length) + length;
  }

  WireWriter number(int tag, long value) {
    room(20);
    varint((long) tag << 3 | VARINT);
    varint(value);
    return this;
  }

  WireWriter bytes(int tag, byte[] value) {
    return header(tag, value.length).raw(value, 0, value.length);
  }

  WireWriter text(int tag, String value) {
    return bytes(tag, value.getBytes(StandardCharsets.UTF_8));
  }

  WireWriter id(int tag, MessageId id) {
    header(tag, id.length());
    room(id.length());
    id.copyTo(bytes, size);
    size += id.length();
    return this;
  }

  /** The tag and length in front of a field's {@code length} bytes. */
  WireWriter header(int tag, int length) {
    room(20);
    varint((long) tag << 3 | DELIMITED);
    varint(length);
    return this;
  }

  WireWriter nested(int tag, WireWriter inner) {
    return header(tag, inner.size).raw(inner.bytes, 0, inner.size);
  }

  private WireWriter raw(byte[] value, int offset, int length) {
    room(length);
    System.arraycopy(value, offset, bytes, size, length);
    size += length;
    return this;
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  private void room(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
    }
  }

  int size() {
    return size;
  }

  /** Leaves {@code count} bytes out, to be filled in later. */
  void skip(int count) {
    room(count);
    size += count;
  }

  /** Writes {@code value} at {@code offset}, into bytes left out before. */
  void putLength(int offset, int value) {
    int before = size;
    size = offset;
    varint(value);
    size = before;
  }

  void clear() {
    size = 0;
  }

  /** The bytes so far are at 0 to {@link #size()}; valid until the next write. */
  byte[] buffer() {
    return bytes;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }
}
