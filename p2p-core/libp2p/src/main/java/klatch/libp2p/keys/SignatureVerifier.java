package klatch.libp2p.keys;

/**
 * Verifies Ed25519 signatures of peers: on handshakes, records and gossip, where most of the processor's time goes. Every implementation takes what
 * an honest signer makes and refuses what was not signed. Safe for any thread.
 */
@FunctionalInterface
public interface SignatureVerifier {
  /** Whether the owner of the 32-byte key made this 64-byte signature; anything of another length is simply {@code false}. */
  boolean verify(byte[] publicKey, byte[] message, byte[] signature);

  /**
   * The fastest one on this machine: BouncyCastle at first, and the native one as soon as there is so much to verify that loading it pays, if
   * its library is on the class path and works.
   */
  static SignatureVerifier fastest() {
    return BusyVerifier.SHARED;
  }
}
