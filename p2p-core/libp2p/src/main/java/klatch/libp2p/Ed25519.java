package klatch.libp2p;

/** Ed25519 signatures (RFC 8032). This is the one place that says how a signature is verified. */
public final class Ed25519 {
  /** Bytes of a public key, and of the seed a private key is made from. */
  public static final int KEY_BYTES = 32;
  public static final int SIGNATURE_BYTES = 64;

  private Ed25519() {
  }

  /**
   * Whether {@code signature} over {@code message} was made by the owner of {@code publicKey}. A key or signature of a wrong length, a
   * point that is not on the curve and a non-canonical scalar are all simply {@code false}.
   */
  public static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    return verify(publicKey, message, 0, message.length, signature);
  }

  /** As {@link #verify(byte[], byte[], byte[])} over {@code length} bytes of {@code message} from {@code offset}. */
  public static boolean verify(byte[] publicKey, byte[] message, int offset, int length, byte[] signature) {
    if (publicKey.length != KEY_BYTES || signature.length != SIGNATURE_BYTES) {
      return false;
    }
    return org.bouncycastle.math.ec.rfc8032.Ed25519.verify(signature, 0, publicKey, 0, message, offset, length);
  }
}
