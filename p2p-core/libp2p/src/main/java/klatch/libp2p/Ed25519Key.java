package klatch.libp2p;

import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** An Ed25519 private key with its public key. Never printed. Immutable and safe for any thread. */
public final class Ed25519Key implements PrivateKey {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] seed;
  private final byte[] publicKey;

  private Ed25519Key(byte[] seed) {
    this.seed = seed;
    this.publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(seed, 0, publicKey, 0);
  }

  public static Ed25519Key generate() {
    byte[] seed = new byte[Ed25519.SECRET_KEY_SIZE];
    RANDOM.nextBytes(seed);
    return new Ed25519Key(seed);
  }

  /** The key of a 32-byte seed (RFC 8032 "private key"). */
  public static Ed25519Key fromSeed(byte[] seed) {
    if (seed.length != Ed25519.SECRET_KEY_SIZE) {
      throw new IllegalArgumentException("seed of " + seed.length + " bytes, not " + Ed25519.SECRET_KEY_SIZE);
    }
    return new Ed25519Key(seed.clone());
  }

  /** The 32-byte seed, for storing the key. */
  public byte[] seed() {
    return seed.clone();
  }

  /** The 32-byte public key. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  @Override
  public PublicKey identity() {
    return PublicKey.ed25519(publicKey);
  }

  /** The 64-byte signature over {@code message}. */
  @Override
  public byte[] sign(byte[] message) {
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    Ed25519.sign(seed, 0, publicKey, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  @Override
  public PeerId peerId() {
    return PeerId.of(publicKey);
  }

  @Override
  public String toString() {
    return "Ed25519Key of " + peerId();
  }
}
