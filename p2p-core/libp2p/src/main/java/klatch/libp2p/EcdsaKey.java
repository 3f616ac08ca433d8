package klatch.libp2p;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** An ECDSA private key on the curve P-256. Never printed. Immutable and safe for any thread. */
public final class EcdsaKey implements PrivateKey {
  private static final AlgorithmIdentifier P256 = new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey,
      SECObjectIdentifiers.secp256r1);

  private final ECPrivateKey key;
  private final PublicKey identity;

  private EcdsaKey(ECPrivateKey key) throws GeneralSecurityException, MalformedMessageException, IOException {
    this.key = key;
    this.identity = PublicKey.of(KeyType.ECDSA, publicOf(key));
  }

  private static byte[] publicOf(ECPrivateKey key) throws GeneralSecurityException, IOException {
    X9ECParameters curve = ECNamedCurveTable.getByOID((ASN1ObjectIdentifier) P256.getParameters());
    byte[] point = curve.getG().multiply(key.getS()).normalize().getEncoded(false);
    byte[] spki = new SubjectPublicKeyInfo(P256, point).getEncoded();
    return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)).getEncoded();
  }

  public static EcdsaKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new EcdsaKey((ECPrivateKey) generator.generateKeyPair().getPrivate());
    } catch (GeneralSecurityException | MalformedMessageException | IOException e) {
      throw new IllegalStateException("cannot make a P-256 key", e);
    }
  }

  /** Reads a SEC 1 {@code ECPrivateKey} of P-256 in DER. */
  public static EcdsaKey fromSec1(byte[] der) throws MalformedMessageException {
    try {
      org.bouncycastle.asn1.sec.ECPrivateKey parts = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(der);
      byte[] pkcs8 = new PrivateKeyInfo(P256, parts).getEncoded();
      return new EcdsaKey(
          (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new MalformedMessageException("not a P-256 private key in SEC 1: " + e.getMessage(), e);
    }
  }

  @Override
  public PublicKey identity() {
    return identity;
  }

  /** A DER signature over the SHA-256 of {@code message}. */
  @Override
  public byte[] sign(byte[] message) {
    return PrivateKeys.signature("SHA256withECDSA", key, message);
  }

  @Override
  public String toString() {
    return "EcdsaKey of " + peerId();
  }
}
