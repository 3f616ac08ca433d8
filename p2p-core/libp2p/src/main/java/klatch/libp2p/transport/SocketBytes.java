package klatch.libp2p.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A TCP connection with a read buffer that grows only for a peer that sends large frames. One thread reads, one at a time writes. */
public final class SocketBytes implements AutoCloseable {
  private static final int SMALL_BUFFER_BYTES = 2 * 1024;
  private static final int LARGE_BUFFER_BYTES = 128 * 1024;
  /** After our last byte the peer gets this long to close first, so that its unread bytes do not cost it our goodbye. */
  private static final int LINGER_MILLIS = 50;

  private final SocketChannel channel;
  private byte[] buffer = new byte[SMALL_BUFFER_BYTES];
  private int start;
  private int end;

  public SocketBytes(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits until {@code count} bytes are buffered and gives their offset in {@link #buffer()}; -1 if the peer ended before the first.
   *
   * @throws EOFException if the peer ended after the first
   */
  public int require(int count) throws IOException {
    if (end - start >= count) {
      return start;
    }
    makeRoom(count);
    while (end - start < count) {
      int read = channel.read(ByteBuffer.wrap(buffer, end, buffer.length - end));
      if (read < 0) {
        if (end == start) {
          return -1;
        }
        throw new EOFException("connection ended inside a frame: " + (end - start) + " of " + count + " bytes");
      }
      end += read;
    }
    return start;
  }

  private void makeRoom(int count) {
    if (start == end) {
      start = 0;
      end = 0;
    }
    if (buffer.length - start >= count) {
      return;
    }
    byte[] target = count <= buffer.length ? buffer : new byte[LARGE_BUFFER_BYTES];
    System.arraycopy(buffer, start, target, 0, end - start);
    buffer = target;
    end -= start;
    start = 0;
  }

  public byte[] buffer() {
    return buffer;
  }

  public void consume(int count) {
    start += count;
  }

  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes, offset, length);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        int at = require(1);
        if (at < 0) {
          return -1;
        }
        consume(1);
        return buffer[at] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        int at = require(1);
        if (at < 0) {
          return -1;
        }
        int count = Math.min(length, end - start);
        System.arraycopy(buffer, at, bytes, offset, count);
        consume(count);
        return count;
      }

      @Override
      public int available() {
        return end - start;
      }
    };
  }

  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        SocketBytes.this.write(new byte[]{(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        SocketBytes.this.write(bytes, offset, length);
      }
    };
  }

  /** Ends our side, reads away what the peer still sends for a moment, and closes. Only for the reading thread. */
  public void closeGently() {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS);
    try (channel) {
      channel.shutdownOutput();
      InputStream rest = channel.socket().getInputStream();
      byte[] discarded = new byte[SMALL_BUFFER_BYTES];
      long leftMillis = LINGER_MILLIS;
      while (leftMillis > 0) {
        channel.socket().setSoTimeout((int) leftMillis);
        if (rest.read(discarded) < 0) {
          return;
        }
        leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      }
    } catch (SocketTimeoutException e) {
      // It had its time.
    } catch (IOException e) {
      // Already gone.
    }
  }

  /** Ends our side; the reading thread goes on until the peer has ended its own. */
  public void endOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      close();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left to lose.
    }
  }
}
