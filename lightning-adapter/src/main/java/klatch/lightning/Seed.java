package klatch.lightning;

import java.security.SecureRandom;
import java.util.HexFormat;

/** The 32 bytes from which a node's channel keys and its on-chain wallet come. Its text form hides them. */
public final class Seed {
  private static final int LENGTH = 32;

  private final byte[] bytes;

  public Seed(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a seed must be " + LENGTH + " bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  public static Seed random(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new Seed(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** 64 hex digits: for handing it to the node, never for a log line. */
  String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public String toString() {
    return "seed";
  }
}
