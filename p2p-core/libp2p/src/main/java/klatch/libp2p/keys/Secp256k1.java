package klatch.libp2p.keys;

import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import klatch.libp2p.MalformedMessageException;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** ECDSA on secp256k1 with SHA-256 and DER signatures; the JDK no longer has this curve. */
public final class Secp256k1 {
  /** Bytes of a compressed point. */
  public static final int KEY_BYTES = 33;
  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
  private static final ECDomainParameters DOMAIN = new ECDomainParameters(CURVE);
  public static final BigInteger ORDER = CURVE.getN();

  private Secp256k1() {
  }

  /** The compressed public key of a secret number. */
  public static byte[] publicKey(BigInteger secret) {
    return new FixedPointCombMultiplier().multiply(CURVE.getG(), secret).normalize().getEncoded(true);
  }

  /** A signature with a deterministic nonce and the lower of the two possible values of s. */
  public static byte[] sign(BigInteger secret, byte[] message) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, new ECPrivateKeyParameters(secret, DOMAIN));
    BigInteger[] parts = signer.generateSignature(sha256(message));
    BigInteger lowS = parts[1].min(ORDER.subtract(parts[1]));
    try {
      return StandardDSAEncoding.INSTANCE.encode(ORDER, parts[0], lowS);
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a signature", e);
    }
  }

  static KeyScheme scheme(byte[] data) throws MalformedMessageException {
    ECPublicKeyParameters key = new ECPublicKeyParameters(point(data), DOMAIN);
    return (message, signature) -> {
      try {
        BigInteger[] parts = StandardDSAEncoding.INSTANCE.decode(ORDER, signature);
        ECDSASigner verifier = new ECDSASigner();
        verifier.init(false, key);
        return verifier.verifySignature(sha256(message), parts[0], parts[1]);
      } catch (IOException | RuntimeException e) {
        // The parser of DER casts what it has not looked at.
        return false;
      }
    };
  }

  private static ECPoint point(byte[] data) throws MalformedMessageException {
    if (data.length != KEY_BYTES || (data[0] != 2 && data[0] != 3)) {
      throw new MalformedMessageException(
          "secp256k1 key of " + data.length + " bytes is not a compressed point of " + KEY_BYTES);
    }
    try {
      return CURVE.getCurve().decodePoint(data);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("secp256k1 key that is not on the curve", e);
    }
  }

  private static byte[] sha256(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
