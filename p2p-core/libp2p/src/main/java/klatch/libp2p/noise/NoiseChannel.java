package klatch.libp2p.noise;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.transport.SocketBytes;

/**
 * The encrypted channel after a Noise handshake: messages of at most 65519 bytes, each behind a two-byte length. One thread reads; writers
 * take turns under the lock of the session above.
 */
public final class NoiseChannel {
  /** Bytes in front of a sealed message. */
  public static final int PREFIX_BYTES = 2;
  public static final int MAX_PLAIN_BYTES = 65535 - NoiseCipher.TAG_BYTES;
  private static final int SMALL_MESSAGE_BYTES = 512;

  private final SocketBytes socket;
  private final NoiseCipher sending;
  private final NoiseCipher receiving;
  private byte[] plain = new byte[SMALL_MESSAGE_BYTES];
  private int plainStart;
  private int plainEnd;

  public NoiseChannel(SocketBytes socket, NoiseCipher sending, NoiseCipher receiving) {
    this.socket = socket;
    this.sending = sending;
    this.receiving = receiving;
  }

  public SocketBytes socket() {
    return socket;
  }

  /** Reads the next message into {@link #plain()}, from 0; gives its length, or -1 if the peer ended between messages. */
  public int read() throws IOException, MalformedMessageException {
    int at = socket.require(PREFIX_BYTES);
    if (at < 0) {
      return -1;
    }
    byte[] raw = socket.buffer();
    int length = (raw[at] & 0xff) << 8 | (raw[at + 1] & 0xff);
    if (length < NoiseCipher.TAG_BYTES) {
      throw new MalformedMessageException("Noise message of " + length + " bytes, at least " + NoiseCipher.TAG_BYTES);
    }
    at = socket.require(PREFIX_BYTES + length);
    if (plain.length < length) {
      plain = new byte[Math.max(length, Math.min(2 * plain.length, 65535))];
    }
    System.arraycopy(socket.buffer(), at + PREFIX_BYTES, plain, 0, length);
    socket.consume(PREFIX_BYTES + length);
    return receiving.open(plain, length);
  }

  public byte[] plain() {
    return plain;
  }

  /**
   * Seals {@code frame[2 .. 2 + length)} in place and writes it; the array must have room for the tag behind.
   */
  public void write(byte[] frame, int length) throws IOException {
    sending.seal(frame, PREFIX_BYTES, length);
    int sealed = length + NoiseCipher.TAG_BYTES;
    frame[0] = (byte) (sealed >> 8);
    frame[1] = (byte) sealed;
    socket.write(frame, 0, PREFIX_BYTES + sealed);
  }

  /** The channel as a byte stream, for agreeing on a muxer. Bytes it has not given out are in {@link #plain()} still: see surplus. */
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        fill();
        return plain[plainStart++] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        fill();
        int count = Math.min(length, plainEnd - plainStart);
        System.arraycopy(plain, plainStart, bytes, offset, count);
        plainStart += count;
        return count;
      }

      private void fill() throws IOException {
        while (plainStart == plainEnd) {
          try {
            int length = NoiseChannel.this.read();
            if (length < 0) {
              throw new EOFException("peer ended the connection while agreeing on a muxer");
            }
            plainStart = 0;
            plainEnd = length;
          } catch (MalformedMessageException e) {
            throw new IOException(e.getMessage(), e);
          }
        }
      }

      @Override
      public int available() {
        return plainEnd - plainStart;
      }
    };
  }

  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[]{(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] frame = new byte[PREFIX_BYTES + length + NoiseCipher.TAG_BYTES];
        System.arraycopy(bytes, offset, frame, PREFIX_BYTES, length);
        NoiseChannel.this.write(frame, length);
      }
    };
  }

  /** Where the bytes start that {@link #input()} has read and not given out; they end at {@link #surplusEnd()}. */
  public int surplusStart() {
    return plainStart;
  }

  public int surplusEnd() {
    return plainEnd;
  }
}
