package klatch.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import klatch.libp2p.EcdsaKey;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.RsaKey;
import klatch.libp2p.Secp256k1Key;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The TLS specification's certificates, and our own. */
class PeerCertificateTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final Properties VECTORS = new Properties();

  @BeforeAll
  static void read() throws Exception {
    try (InputStream in = Objects
        .requireNonNull(PeerCertificateTest.class.getResourceAsStream("/klatch/libp2p/tls-vectors.properties"))) {
      VECTORS.load(in);
    }
  }

  private static X509Certificate certificate(String name) throws Exception {
    byte[] der = HexFormat.of().parseHex(VECTORS.getProperty(name + ".certificate"));
    return parse(der);
  }

  private static X509Certificate parse(byte[] der) throws CertificateException {
    return (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(der));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "ecdsa", "secp256k1"})
  void aValidCertificateProvesItsPeer(String kind) throws Exception {
    assertThat(PeerCertificate.verify(certificate(kind), NOW).peerId())
        .hasToString(VECTORS.getProperty(kind + ".peer"));
  }

  @Test
  void aCertificateThatClaimsAnotherPeerIsRefused() {
    assertThatThrownBy(() -> PeerCertificate.verify(certificate("invalid"), NOW))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void ourOwnCertificatesProveEveryKindOfKeyWhileTheyAreValid() throws Exception {
    for (PrivateKey key : List.of(Ed25519Key.generate(), Secp256k1Key.generate(), EcdsaKey.generate(),
        RsaKey.generate(2048))) {
      X509Certificate own = PeerCertificate.create(key, NOW).certificate();
      assertThat(PeerCertificate.verify(own, NOW)).isEqualTo(key.identity());
      assertThatThrownBy(() -> PeerCertificate.verify(own, NOW.minus(Duration.ofHours(2))))
          .isInstanceOf(CertificateException.class);
    }
  }

  @Test
  void aFlippedBitAnywhereIsNoticed() throws Exception {
    byte[] good = PeerCertificate.create(Ed25519Key.generate(), NOW).certificate().getEncoded();
    for (int at = 0; at < good.length; at += 7) {
      byte[] spoiled = good.clone();
      spoiled[at] ^= 1;
      assertThatThrownBy(() -> PeerCertificate.verify(parse(spoiled), NOW)).as("byte " + at)
          .isInstanceOf(CertificateException.class);
    }
  }
}
