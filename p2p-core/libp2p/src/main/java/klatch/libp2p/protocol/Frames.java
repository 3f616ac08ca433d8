package klatch.libp2p.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Varint;

/** Messages behind their length as an unsigned varint. Reading takes not one byte more than the message. */
public final class Frames {
  private Frames() {
  }

  /**
   * Reads one message of at most {@code maxBytes}.
   *
   * @throws EOFException if the stream ends first
   */
  public static byte[] read(InputStream in, int maxBytes) throws IOException, MalformedMessageException {
    return body(in, Varint.readLength(in, maxBytes));
  }

  /** As {@link #read}, or empty if the stream ends before the first byte. */
  public static Optional<byte[]> readUnlessEnded(InputStream in, int maxBytes)
      throws IOException, MalformedMessageException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    InputStream whole = new java.io.SequenceInputStream(new java.io.ByteArrayInputStream(new byte[]{(byte) first}), in);
    return Optional.of(body(in, Varint.readLength(whole, maxBytes)));
  }

  private static byte[] body(InputStream in, int length) throws IOException {
    byte[] message = in.readNBytes(length);
    if (message.length < length) {
      throw new EOFException("stream ended inside a message: " + message.length + " of " + length + " bytes");
    }
    return message;
  }

  /** Writes one message, length and body in one piece. */
  public static void write(OutputStream out, byte[] message) throws IOException {
    out.write(framed(message));
  }

  /** The message behind its length. */
  public static byte[] framed(byte[] message) {
    byte[] length = Varint.encode(message.length);
    byte[] whole = java.util.Arrays.copyOf(length, length.length + message.length);
    System.arraycopy(message, 0, whole, length.length, message.length);
    return whole;
  }
}
