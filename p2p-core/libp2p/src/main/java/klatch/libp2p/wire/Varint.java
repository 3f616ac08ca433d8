package klatch.libp2p.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import klatch.libp2p.MalformedMessageException;

/** Unsigned LEB128 varints of at most nine bytes, always in their shortest form (multiformats unsigned-varint). */
public final class Varint {
  /** Longest encoding of a value below 2^63. */
  public static final int MAX_BYTES = 9;

  private Varint() {
  }

  /** Bytes that {@code value} takes; {@code value} is not negative. */
  public static int size(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative varint " + value);
    }
    return Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  public static byte[] encode(long value) {
    byte[] bytes = new byte[size(value)];
    long rest = value;
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ((rest & 0x7f) | (i < bytes.length - 1 ? 0x80 : 0));
      rest >>>= 7;
    }
    return bytes;
  }

  /** Reads one varint and moves the buffer behind it. */
  public static long read(ByteBuffer buffer) throws MalformedMessageException {
    long value = 0;
    for (int i = 0; i < MAX_BYTES; i++) {
      if (!buffer.hasRemaining()) {
        throw new MalformedMessageException("varint cut short after " + i + " bytes");
      }
      int b = buffer.get() & 0xff;
      value |= (long) (b & 0x7f) << (7 * i);
      if (b < 0x80) {
        return shortest(value, b, i);
      }
    }
    throw new MalformedMessageException("varint longer than " + MAX_BYTES + " bytes");
  }

  /**
   * Reads a length of at most {@code max} from a stream.
   *
   * @throws EOFException if the stream ends first
   */
  public static int readLength(InputStream in, int max) throws IOException, MalformedMessageException {
    long value = 0;
    for (int i = 0; i < size(max); i++) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("stream ended inside a length");
      }
      value |= (long) (b & 0x7f) << (7 * i);
      if (b < 0x80) {
        shortest(value, b, i);
        if (value > max) {
          throw new MalformedMessageException("length " + value + ", at most " + max);
        }
        return (int) value;
      }
    }
    throw new MalformedMessageException("length longer than " + size(max) + " bytes, at most " + max);
  }

  private static long shortest(long value, int lastByte, int index) throws MalformedMessageException {
    if (lastByte == 0 && index > 0) {
      throw new MalformedMessageException("varint not in its shortest form");
    }
    return value;
  }
}
