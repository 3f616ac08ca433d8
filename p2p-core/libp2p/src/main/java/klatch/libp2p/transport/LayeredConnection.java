package klatch.libp2p.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import klatch.libp2p.Multiaddr;

/** A raw connection on top of another one: what it does not do itself, the one underneath does. */
public abstract class LayeredConnection implements RawConnection {
  private final RawConnection under;

  protected LayeredConnection(RawConnection under) {
    this.under = under;
  }

  /** The connection that this one is on top of. */
  protected final RawConnection under() {
    return under;
  }

  @Override
  public void endOutput() throws IOException {
    under.endOutput();
  }

  @Override
  public Multiaddr remoteAddress() {
    return under.remoteAddress();
  }

  @Override
  public Multiaddr localAddress() {
    return under.localAddress();
  }

  @Override
  public Optional<InetAddress> remoteHost() {
    return under.remoteHost();
  }

  @Override
  public boolean limited() {
    return under.limited();
  }

  @Override
  public void closeGently() {
    under.closeGently();
  }

  @Override
  public void close() {
    under.close();
  }
}
