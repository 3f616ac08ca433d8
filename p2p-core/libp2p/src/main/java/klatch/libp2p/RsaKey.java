package klatch.libp2p;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import klatch.libp2p.keys.KeyScheme;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;

/** An RSA private key. Never printed. Immutable and safe for any thread. */
public final class RsaKey implements PrivateKey {
  private final RSAPrivateCrtKey key;
  private final PublicKey identity;

  private RsaKey(RSAPrivateCrtKey key) throws GeneralSecurityException, MalformedMessageException {
    this.key = key;
    this.identity = PublicKey.of(KeyType.RSA, KeyFactory.getInstance("RSA")
        .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent())).getEncoded());
  }

  /** A new key of 2,048 to 8,192 bits; takes a while. */
  public static RsaKey generate(int bits) {
    if (bits < KeyScheme.MIN_RSA_BITS || bits > KeyScheme.MAX_RSA_BITS) {
      throw new IllegalArgumentException(
          "RSA key of " + bits + " bits, " + KeyScheme.MIN_RSA_BITS + " to " + KeyScheme.MAX_RSA_BITS);
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      KeyPair pair = generator.generateKeyPair();
      return new RsaKey((RSAPrivateCrtKey) pair.getPrivate());
    } catch (GeneralSecurityException | MalformedMessageException e) {
      throw new IllegalStateException("cannot make an RSA key of " + bits + " bits", e);
    }
  }

  /** Reads a PKCS #1 {@code RSAPrivateKey} in DER. */
  public static RsaKey fromPkcs1(byte[] der) throws MalformedMessageException {
    try {
      RSAPrivateKey parts = RSAPrivateKey.getInstance(der);
      return new RsaKey((RSAPrivateCrtKey) KeyFactory.getInstance("RSA")
          .generatePrivate(new RSAPrivateCrtKeySpec(parts.getModulus(), parts.getPublicExponent(),
              parts.getPrivateExponent(), parts.getPrime1(), parts.getPrime2(), parts.getExponent1(),
              parts.getExponent2(), parts.getCoefficient())));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new MalformedMessageException("not an RSA private key in PKCS #1: " + e.getMessage(), e);
    }
  }

  /** The PKCS #1 form, for storing the key. */
  public byte[] pkcs1() {
    try {
      return new RSAPrivateKey(key.getModulus(), key.getPublicExponent(), key.getPrivateExponent(), key.getPrimeP(),
          key.getPrimeQ(), key.getPrimeExponentP(), key.getPrimeExponentQ(), key.getCrtCoefficient()).getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a key", e);
    }
  }

  @Override
  public PublicKey identity() {
    return identity;
  }

  /** A PKCS #1 v1.5 signature with SHA-256. */
  @Override
  public byte[] sign(byte[] message) {
    return PrivateKeys.signature("SHA256withRSA", key, message);
  }

  @Override
  public String toString() {
    return "RsaKey of " + peerId();
  }
}
