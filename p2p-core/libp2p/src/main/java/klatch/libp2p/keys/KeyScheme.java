package klatch.libp2p.keys;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import klatch.libp2p.Ed25519;
import klatch.libp2p.KeyType;
import klatch.libp2p.MalformedMessageException;

/** One public key as the thing that verifies (libp2p peer-ids: which key has which data and which form of signature). */
@FunctionalInterface
public interface KeyScheme {
  /** Smallest RSA key of a peer that we believe. */
  int MIN_RSA_BITS = 2048;
  /** Largest one; past it a single verification would cost a peer nothing and us a lot. */
  int MAX_RSA_BITS = 8192;

  /** Whether the owner of the key made this signature; never throws. */
  boolean verify(byte[] message, byte[] signature);

  /** Checks that the data are a key of this type. */
  static KeyScheme of(KeyType type, byte[] data) throws MalformedMessageException {
    return switch (type) {
      case ED25519 -> ed25519(data);
      case SECP256K1 -> Secp256k1.scheme(data);
      case RSA -> rsa(data);
      case ECDSA -> jca("SHA256withECDSA", x509("EC", data));
    };
  }

  private static KeyScheme ed25519(byte[] data) throws MalformedMessageException {
    if (data.length != Ed25519.KEY_BYTES) {
      throw new MalformedMessageException("Ed25519 key of " + data.length + " bytes, not " + Ed25519.KEY_BYTES);
    }
    SignatureVerifier verifier = SignatureVerifier.fastest();
    return (message, signature) -> verifier.verify(data, message, signature);
  }

  private static KeyScheme rsa(byte[] data) throws MalformedMessageException {
    PublicKey key = x509("RSA", data);
    int bits = key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0;
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new MalformedMessageException("RSA key of " + bits + " bits, " + MIN_RSA_BITS + " to " + MAX_RSA_BITS);
    }
    return jca("SHA256withRSA", key);
  }

  private static PublicKey x509(String algorithm, byte[] data) throws MalformedMessageException {
    try {
      return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(data));
    } catch (GeneralSecurityException e) {
      throw new MalformedMessageException("not an " + algorithm + " public key: " + e.getMessage(), e);
    }
  }

  private static KeyScheme jca(String algorithm, PublicKey key) {
    return (message, signature) -> {
      try {
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(key);
        verifier.update(message);
        return verifier.verify(signature);
      } catch (GeneralSecurityException e) {
        return false;
      }
    };
  }
}
