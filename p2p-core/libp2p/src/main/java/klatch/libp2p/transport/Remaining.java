package klatch.libp2p.transport;

import java.io.IOException;

/** A raw connection whose first bytes were read already: they come first, then the rest. */
final class Remaining extends LayeredConnection {
  private final RawBytes bytes;

  Remaining(RawBytes bytes) {
    super(bytes.connection());
    this.bytes = bytes;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = Math.min(length, bytes.buffered());
    if (count == 0) {
      return under().read(target, offset, length);
    }
    int at = bytes.require(count);
    System.arraycopy(bytes.buffer(), at, target, offset, count);
    bytes.consume(count);
    return count;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    under().write(source, offset, length);
  }
}
