package klatch.libp2p.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import klatch.libp2p.Multiaddr;

/** A raw connection whose first bytes were read already: they come first, then the rest. */
final class Remaining implements RawConnection {
  private final RawBytes bytes;
  private final RawConnection raw;

  Remaining(RawBytes bytes) {
    this.bytes = bytes;
    this.raw = bytes.connection();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = Math.min(length, bytes.buffered());
    if (count == 0) {
      return raw.read(target, offset, length);
    }
    int at = bytes.require(count);
    System.arraycopy(bytes.buffer(), at, target, offset, count);
    bytes.consume(count);
    return count;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    raw.write(source, offset, length);
  }

  @Override
  public void endOutput() throws IOException {
    raw.endOutput();
  }

  @Override
  public Multiaddr remoteAddress() {
    return raw.remoteAddress();
  }

  @Override
  public Multiaddr localAddress() {
    return raw.localAddress();
  }

  @Override
  public Optional<InetAddress> remoteHost() {
    return raw.remoteHost();
  }

  @Override
  public boolean limited() {
    return raw.limited();
  }

  @Override
  public void closeGently() {
    raw.closeGently();
  }

  @Override
  public void close() {
    raw.close();
  }
}
