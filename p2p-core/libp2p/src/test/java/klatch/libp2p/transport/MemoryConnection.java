package klatch.libp2p.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;

/** A raw connection to a peer that has said everything already, a few bytes at a time, and hears whatever is answered. */
public final class MemoryConnection implements RawConnection {
  private final ByteArrayInputStream said;
  private final int mostAtOnce;
  private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
  private boolean closed;

  public MemoryConnection(byte[] said, int mostAtOnce) {
    this.said = new ByteArrayInputStream(said);
    this.mostAtOnce = mostAtOnce;
  }

  public byte[] answered() {
    return answered.toByteArray();
  }

  public boolean closed() {
    return closed;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    return said.read(bytes, offset, Math.min(length, mostAtOnce));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    answered.write(bytes, offset, length);
  }

  @Override
  public void endOutput() {
    // It has said everything already.
  }

  @Override
  public Multiaddr remoteAddress() {
    try {
      return Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");
    } catch (MalformedMessageException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Multiaddr localAddress() {
    return remoteAddress();
  }

  @Override
  public Optional<InetAddress> remoteHost() {
    return Optional.empty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
