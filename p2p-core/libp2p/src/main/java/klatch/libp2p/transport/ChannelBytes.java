package klatch.libp2p.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import klatch.libp2p.MalformedMessageException;

/** A secure channel as byte streams, for agreeing on a muxer. What was read and not asked for is the {@link #surplus}. */
public final class ChannelBytes {
  private final SecureChannel channel;
  private int start;
  private int end;

  public ChannelBytes(SecureChannel channel) {
    this.channel = channel;
  }

  /** Bytes that came behind those asked for. */
  public byte[] surplus() {
    return Arrays.copyOfRange(channel.plain(), start, end);
  }

  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        fill();
        return channel.plain()[start++] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        fill();
        int count = Math.min(length, end - start);
        System.arraycopy(channel.plain(), start, bytes, offset, count);
        start += count;
        return count;
      }

      @Override
      public int available() {
        return end - start;
      }
    };
  }

  private void fill() throws IOException {
    while (start == end) {
      try {
        int length = channel.read();
        if (length < 0) {
          throw new EOFException("peer ended the connection while agreeing on a muxer");
        }
        start = 0;
        end = length;
      } catch (MalformedMessageException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }

  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[]{(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] frame = new byte[SecureChannel.HEAD_BYTES + length + SecureChannel.TAIL_BYTES];
        System.arraycopy(bytes, offset, frame, SecureChannel.HEAD_BYTES, length);
        channel.write(frame, length);
      }
    };
  }
}
