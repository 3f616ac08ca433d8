package klatch.libp2p;

/** A way to encrypt a connection and prove who is at its ends. */
public enum Security {
  /** Noise XX (libp2p noise). */
  NOISE("/noise"),
  /** TLS 1.3 with certificates that peers make themselves (libp2p tls). */
  TLS("/tls/1.0.0");

  private final String protocol;

  Security(String protocol) {
    this.protocol = protocol;
  }

  /** The id by which it is agreed on. */
  public String protocol() {
    return protocol;
  }
}
