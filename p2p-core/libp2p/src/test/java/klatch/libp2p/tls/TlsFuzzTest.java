package klatch.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.transport.MemoryConnection;

/** Certificates that prove an identity or are refused, whatever is in them, and handshakes with anybody. */
final class TlsFuzzTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final int MOST_AT_ONCE = 100;
  private static final KeyPair KEYS = keys();

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @FuzzTest
  void anExtensionWithAnythingInItProvesNobody(byte[] input) {
    X509Certificate certificate = PeerCertificate.signed(KEYS, input, NOW);
    try {
      PeerCertificate.verify(certificate, NOW);
      throw new AssertionError("nobody has signed a key that was just made");
    } catch (CertificateException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @FuzzTest
  void aCertificateOfAnyBytesIsReadOrRefused(byte[] input) {
    try {
      X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(input));
      assertThat(PeerCertificate.verify(certificate, NOW).peerId()).isNotNull();
    } catch (CertificateException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @FuzzTest
  void aHandshakeWithAnybodyEndsWithoutTrust(byte[] input) {
    TlsSecurity security = new TlsSecurity(Ed25519Key.fromSeed(new byte[32]), List.of(), () -> NOW);
    try {
      security.handshake(new MemoryConnection(input, MOST_AT_ONCE), false, Optional.empty());
      throw new AssertionError("a handshake without a secret");
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
