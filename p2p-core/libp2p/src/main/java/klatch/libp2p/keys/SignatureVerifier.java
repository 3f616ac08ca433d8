package klatch.libp2p.keys;

/**
 * Verifies Ed25519 signatures of peers: on handshakes, records and gossip, where most of the processor's time goes. Every implementation takes what
 * an honest signer makes and refuses what was not signed. Safe for any thread.
 */
@FunctionalInterface
public interface SignatureVerifier {
  /** Whether the owner of the 32-byte key made this 64-byte signature; anything of another length is simply {@code false}. */
  boolean verify(byte[] publicKey, byte[] message, byte[] signature);

  /** The fastest one on this machine: the native one if its library is on the class path and works, else BouncyCastle. */
  static SignatureVerifier fastest() {
    return Fastest.CHOSEN;
  }

  /** Chosen once, when first asked for. */
  final class Fastest {
    private static final SignatureVerifier CHOSEN = CorrettoVerifier.find()
        .orElse(klatch.libp2p.Ed25519::verify);

    private Fastest() {
    }
  }
}
