package klatch.libp2p;

/** A listen address cannot be used, for example because another program has the port. */
public final class ListenException extends Libp2pException {
  private final Multiaddr address;

  public ListenException(Multiaddr address, String reason, Throwable cause) {
    super("cannot listen on " + address + ": " + reason, false, cause);
    this.address = address;
  }

  public Multiaddr address() {
    return address;
  }
}
