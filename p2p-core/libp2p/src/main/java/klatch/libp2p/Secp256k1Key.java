package klatch.libp2p;

import java.math.BigInteger;
import java.security.SecureRandom;
import klatch.libp2p.keys.Secp256k1;
import org.bouncycastle.util.BigIntegers;

/** A secp256k1 private key; signatures are deterministic (RFC 6979). Never printed. Immutable and safe for any thread. */
public final class Secp256k1Key implements PrivateKey {
  /** Bytes of the secret number. */
  public static final int SECRET_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final BigInteger secret;
  private final PublicKey identity;

  private Secp256k1Key(BigInteger secret) throws MalformedMessageException {
    this.secret = secret;
    this.identity = PublicKey.of(KeyType.SECP256K1, Secp256k1.publicKey(secret));
  }

  public static Secp256k1Key generate() {
    try {
      return new Secp256k1Key(BigIntegers.createRandomInRange(BigInteger.ONE, Secp256k1.ORDER.subtract(BigInteger.ONE),
          RANDOM));
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a key of our own is not a key", e);
    }
  }

  /**
   * The key of a 32-byte big-endian number.
   *
   * @throws MalformedMessageException if it is zero or not under the order of the curve
   */
  public static Secp256k1Key fromSecret(byte[] secret) throws MalformedMessageException {
    BigInteger number = new BigInteger(1, secret);
    if (secret.length != SECRET_BYTES || number.signum() == 0 || number.compareTo(Secp256k1.ORDER) >= 0) {
      throw new MalformedMessageException("secp256k1 secret of " + secret.length + " bytes that is not a key");
    }
    return new Secp256k1Key(number);
  }

  /** The secret number, for storing the key. */
  public byte[] secret() {
    return BigIntegers.asUnsignedByteArray(SECRET_BYTES, secret);
  }

  @Override
  public PublicKey identity() {
    return identity;
  }

  /** A DER signature over the SHA-256 of {@code message}. */
  @Override
  public byte[] sign(byte[] message) {
    return Secp256k1.sign(secret, message);
  }

  @Override
  public String toString() {
    return "Secp256k1Key of " + peerId();
  }
}
