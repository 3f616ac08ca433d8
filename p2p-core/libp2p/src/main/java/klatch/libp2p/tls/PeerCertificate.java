package klatch.libp2p.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.PublicKey;
import klatch.libp2p.wire.Bytes;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * The self-signed certificate of a peer (libp2p tls): an extension holds the identity key and its signature over the certificate's own key, which has
 * nothing to do with the identity otherwise.
 */
public final class PeerCertificate {
  private static final String EXTENSION = "1.3.6.1.4.1.53594.1.1";
  private static final byte[] PREFIX = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);
  private static final AlgorithmIdentifier SHA256_WITH_ECDSA = new AlgorithmIdentifier(
      X9ObjectIdentifiers.ecdsa_with_SHA256);
  /** For peers whose clock is behind ours. */
  private static final Duration STARTS_BEFORE = Duration.ofHours(1);
  private static final Duration LASTS = Duration.ofDays(36_500);
  private static final int SERIAL_BITS = 63;

  private PeerCertificate() {
  }

  /** A key pair with its certificate, for one host. */
  record Own(KeyPair keys, X509Certificate certificate) {
  }

  /** A new certificate for this identity. */
  static Own create(PrivateKey identity, Instant now) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      byte[] signature = identity.sign(Bytes.join(PREFIX, keys.getPublic().getEncoded()));
      DERSequence proof = new DERSequence(new ASN1Encodable[]{new DEROctetString(identity.identity().encode()),
          new DEROctetString(signature)});
      return new Own(keys, signed(keys, proof.getEncoded(), now));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot make a certificate", e);
    }
  }

  /** A certificate of these keys, signed by them, with {@code proof} in the extension. */
  static X509Certificate signed(KeyPair keys, byte[] proof, Instant now) {
    try {
      V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
      X500Name name = new X500Name("CN=libp2p");
      body.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE)));
      body.setIssuer(name);
      body.setSubject(name);
      body.setStartDate(new Time(Date.from(now.minus(STARTS_BEFORE))));
      body.setEndDate(new Time(Date.from(now.plus(LASTS))));
      body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
      body.setSignature(SHA256_WITH_ECDSA);
      body.setExtensions(new Extensions(new Extension(new ASN1ObjectIdentifier(EXTENSION), false, proof)));
      return sealed(body.generateTBSCertificate(), keys);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot make a certificate", e);
    }
  }

  private static X509Certificate sealed(TBSCertificate body, KeyPair keys)
      throws GeneralSecurityException, IOException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(body.getEncoded());
    byte[] der = new DERSequence(new ASN1Encodable[]{body, SHA256_WITH_ECDSA, new DERBitString(signature.sign())})
        .getEncoded();
    return (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(der));
  }

  /**
   * The identity that a certificate proves, valid at {@code now}.
   *
   * @throws CertificateException if it proves none
   */
  public static PublicKey verify(X509Certificate certificate, Instant now) throws CertificateException {
    certificate.checkValidity(Date.from(now));
    try {
      certificate.verify(certificate.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new CertificateException("the certificate is not signed by its own key: " + e.getMessage(), e);
    }
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    if (critical != null && critical.stream().anyMatch(oid -> !oid.equals(EXTENSION))) {
      throw new CertificateException("the certificate has critical extensions that nobody knows: " + critical);
    }
    Proof proof = proof(certificate);
    if (!proof.identity().verify(Bytes.join(PREFIX, certificate.getPublicKey().getEncoded()), proof.signature())) {
      throw new CertificateException("the identity's signature over the certificate's key does not verify");
    }
    return proof.identity();
  }

  /** The identity that a certificate claims, of which {@link #verify} has been called before. */
  static PublicKey verified(X509Certificate certificate) throws CertificateException {
    return proof(certificate).identity();
  }

  /** What the extension holds. */
  private static final class Proof {
    private final PublicKey identity;
    private final byte[] signature;

    Proof(PublicKey identity, byte[] signature) {
      this.identity = identity;
      this.signature = signature;
    }

    PublicKey identity() {
      return identity;
    }

    byte[] signature() {
      return signature;
    }
  }

  private static Proof proof(X509Certificate certificate) throws CertificateException {
    byte[] extension = certificate.getExtensionValue(EXTENSION);
    if (extension == null) {
      throw new CertificateException("the certificate has no libp2p extension");
    }
    try {
      ASN1Sequence parts = ASN1Sequence.getInstance(ASN1OctetString.getInstance(extension).getOctets());
      return new Proof(PublicKey.decode(ASN1OctetString.getInstance(parts.getObjectAt(0)).getOctets()),
          ASN1OctetString.getInstance(parts.getObjectAt(1)).getOctets());
    } catch (MalformedMessageException | RuntimeException e) {
      // The parser of DER throws more kinds of them than it says.
      throw new CertificateException("the libp2p extension cannot be read: " + e.getMessage(), e);
    }
  }
}
