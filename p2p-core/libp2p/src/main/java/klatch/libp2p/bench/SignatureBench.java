package klatch.libp2p.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.keys.SignatureVerifier;

/** Measures what one verification of an Ed25519 signature costs one core: by BouncyCastle, and by the fastest verifier on the class path. */
public final class SignatureBench {
  private static final int ROUNDS = 5;
  private static final int COUNT = 4000;
  private static final int MESSAGE_BYTES = 1100;
  private static final double NANOS_PER_MICRO = 1e3;

  private SignatureBench() {
  }

  public static void main(String[] args) {
    SignatureVerifier fastest = SignatureVerifier.fastest();
    for (int round = 0; round < ROUNDS; round++) {
      measure("BouncyCastle", Ed25519::verify);
      measure("the fastest here", fastest);
    }
  }

  private static void measure(String name, SignatureVerifier verifier) {
    Ed25519Key key = Ed25519Key.generate();
    byte[] publicKey = key.publicKey();
    byte[] message = new byte[MESSAGE_BYTES];
    byte[] signature = key.sign(message);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long started = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < COUNT; i++) {
      if (!verifier.verify(publicKey, message, signature)) {
        throw new IllegalStateException("a good signature does not verify");
      }
    }
    double micros = (threads.getCurrentThreadCpuTime() - started) / NANOS_PER_MICRO / COUNT;
    System.out.println(String.format(Locale.ROOT, "{\"bench\":\"verify\",\"by\":\"%s\",\"cpuMicrosEach\":%.1f}", name,
        micros));
  }
}
