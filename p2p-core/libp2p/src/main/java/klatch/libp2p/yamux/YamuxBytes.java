package klatch.libp2p.yamux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The two directions of a yamux stream as Java's byte streams. */
public final class YamuxBytes {
  private YamuxBytes() {
  }

  public static InputStream input(YamuxStream stream) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return stream.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return stream.read(bytes, offset, length);
      }

      @Override
      public int available() {
        return stream.available();
      }
    };
  }

  /** Closing it closes the writing side. */
  public static OutputStream output(YamuxStream stream) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        stream.write(new byte[]{(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        stream.write(bytes, offset, length);
      }

      @Override
      public void close() {
        stream.closeWrite();
      }
    };
  }
}
