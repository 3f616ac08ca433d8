package klatch.libp2p.keys;

import java.util.concurrent.atomic.AtomicInteger;
import klatch.libp2p.Ed25519;

/**
 * Verifies with BouncyCastle until enough was asked for, then loads the native library on a thread of its own and goes over to it. A node that only
 * greets a few peers never loads it.
 */
final class BusyVerifier implements SignatureVerifier {
  /** Loading costs about 0.6 s of one core, and each verification after it saves 50 µs: a node that verified this many will verify more. */
  static final int WORTH_LOADING_AFTER = 500;
  static final BusyVerifier SHARED = new BusyVerifier();

  private final AtomicInteger count = new AtomicInteger();
  private volatile SignatureVerifier chosen = Ed25519::verify;

  @Override
  public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    // Only before the change is anything counted: afterwards the counter would be shared for nothing.
    if (count.get() < WORTH_LOADING_AFTER && count.incrementAndGet() == WORTH_LOADING_AFTER) {
      Thread.ofPlatform().daemon().name("load-native-ed25519")
          .start(() -> CorrettoVerifier.find().ifPresent(found -> chosen = found));
    }
    return chosen.verify(publicKey, message, signature);
  }

  /** Which one verifies now. */
  SignatureVerifier chosen() {
    return chosen;
  }
}
