package klatch.libp2p.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A raw connection with a read buffer that grows only for a peer that sends large frames. One thread reads, one at a time writes. */
public final class RawBytes {
  private static final int SMALL_BUFFER_BYTES = 2 * 1024;
  private static final int LARGE_BUFFER_BYTES = 128 * 1024;

  private final RawConnection connection;
  private byte[] buffer = new byte[SMALL_BUFFER_BYTES];
  private int start;
  private int end;

  public RawBytes(RawConnection connection) {
    this.connection = connection;
  }

  public RawConnection connection() {
    return connection;
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
      int read = connection.read(buffer, end, buffer.length - end);
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

  /** How many bytes are there without waiting. */
  public int buffered() {
    return end - start;
  }

  public void consume(int count) {
    start += count;
  }

  public void write(byte[] bytes, int offset, int length) throws IOException {
    connection.write(bytes, offset, length);
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
        connection.write(new byte[]{(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        connection.write(bytes, offset, length);
      }
    };
  }
}
