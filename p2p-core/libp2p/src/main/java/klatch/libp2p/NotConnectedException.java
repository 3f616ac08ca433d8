package klatch.libp2p;

/** There is no open connection to the peer. */
public final class NotConnectedException extends Libp2pException {
  public NotConnectedException(PeerId peer) {
    super("not connected to " + peer, true);
  }
}
