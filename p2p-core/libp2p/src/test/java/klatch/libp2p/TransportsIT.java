package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.websocket.WebSocketTransport;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every way from a socket to streams carries the same bytes. */
@Timeout(60)
class TransportsIT {
  private static final String ECHO = "/test/echo/1";
  private static final String WEB_SOCKET = "/ip4/127.0.0.1/tcp/0/ws";

  private static Libp2pHost server(HostOptions options) {
    Libp2pHost host = Libp2pHost.create(options);
    host.handle(ECHO, Echo::answer);
    return host;
  }

  private static void assertEchoes(Connection connection) throws Exception {
    byte[] sent = HostIT.randomBytes(1_500_000, 9);
    try (Stream stream = connection.open(ECHO)) {
      assertThat(Echo.roundTrip(stream, sent)).isEqualTo(sent);
    }
    assertThat(Ping.roundTrip(connection)).isPositive();
  }

  private static void assertPair(HostOptions serving, HostOptions dialling) throws Exception {
    try (Libp2pHost server = server(serving); Libp2pHost client = Libp2pHost.create(dialling)) {
      Connection connection = client.connect(server.listenAddresses().getFirst());
      assertThat(connection.remoteKey()).isEqualTo(serving.key().identity());
      assertEchoes(connection);
      await().untilAsserted(() -> assertThat(connection.description()).isPresent());
      await().until(() -> server.connection(client.id()).flatMap(Connection::description).isPresent());
    }
  }

  private static HostOptions options(String listen) {
    return HostOptions.of(Ed25519Key.generate()).listen(listen);
  }

  @Test
  void noiseWithAndWithoutEarlyMuxersOnEitherSide() throws Exception {
    for (boolean serving : List.of(true, false)) {
      for (boolean dialling : List.of(true, false)) {
        assertPair(options(HostPair.LOOPBACK).security(Security.NOISE).earlyMuxer(serving),
            HostOptions.of(Ed25519Key.generate()).earlyMuxer(dialling));
      }
    }
  }

  @Test
  void tlsWithAndWithoutEarlyMuxersOnEitherSide() throws Exception {
    for (boolean serving : List.of(true, false)) {
      for (boolean dialling : List.of(true, false)) {
        assertPair(options(HostPair.LOOPBACK).security(Security.TLS).earlyMuxer(serving),
            HostOptions.of(Ed25519Key.generate()).earlyMuxer(dialling));
      }
    }
  }

  @Test
  void everyKindOfIdentityOverNoiseAndTls() throws Exception {
    for (PrivateKey key : List.of(Secp256k1Key.generate(), RsaKey.generate(2048), EcdsaKey.generate())) {
      for (Security security : Security.values()) {
        assertPair(HostOptions.of(key).listen(HostPair.LOOPBACK).security(security),
            HostOptions.of(Ed25519Key.generate()));
        assertPair(options(HostPair.LOOPBACK), HostOptions.of(key).security(security));
      }
    }
  }

  @Test
  void anotherPeerThanTheExpectedOneIsRefusedOverTlsToo() throws Exception {
    try (Libp2pHost server = server(options(HostPair.LOOPBACK).security(Security.TLS));
        Libp2pHost client = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()))) {
      PeerId other = Ed25519Key.generate().peerId();
      Multiaddr address = server.listenAddresses().getFirst().withoutPeer().withPeer(other);
      assertThatThrownBy(() -> client.connect(address)).isInstanceOf(DialException.class)
          .hasMessageContaining("not the expected " + other);
    }
  }

  @Test
  void whoHasNoWayToEncryptInCommonIsToldSo() {
    try (Libp2pHost server = server(options(HostPair.LOOPBACK).security(Security.TLS));
        Libp2pHost client = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).security(Security.NOISE))) {
      assertThatThrownBy(() -> client.connect(server.listenAddresses().getFirst())).isInstanceOf(DialException.class)
          .hasMessageContaining("speaks none of [/noise]");
    }
  }

  @Test
  void aWebSocketCarriesTheWholeStack() throws Exception {
    assertPair(options(WEB_SOCKET), HostOptions.of(Ed25519Key.generate()));
    assertPair(options(WEB_SOCKET).security(Security.TLS), HostOptions.of(Ed25519Key.generate()));
    try (Libp2pHost server = server(options(WEB_SOCKET))) {
      assertThat(server.listenAddresses().getFirst().toString()).matches("/ip4/127.0.0.1/tcp/[1-9]\\d*/ws/p2p/.*");
    }
  }

  @Test
  void aSecureWebSocketIsDialledByItsNameAndOnlyIfTheCertificateIsTrusted() throws Exception {
    WebCertificate certificate = WebCertificate.create("klatch.test");
    try (Libp2pHost server = server(HostOptions.of(Ed25519Key.generate()));
        Libp2pHost client = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()));
        Libp2pHost doubtful = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()))) {
      server.addTransport(new WebSocketTransport(Optional.of(certificate.serving()), Optional.empty()));
      server.listen(Multiaddr.parse("/ip4/127.0.0.1/tcp/0/tls/ws"));
      client.addTransport(new WebSocketTransport(Optional.empty(), Optional.of(certificate.trusting())));
      String listening = server.listenAddresses().getFirst().withoutPeer().toString();
      assertThat(listening).endsWith("/tls/ws");
      String named = listening.replace("/tls/ws", "/tls/sni/klatch.test/ws");
      assertEchoes(client.connect(Multiaddr.parse(named)));
      assertThatThrownBy(() -> client.connect(Multiaddr.parse(listening))).as("127.0.0.1 is not in the certificate")
          .isInstanceOf(DialException.class);
      assertThatThrownBy(() -> client.connect(Multiaddr.parse(listening.replace("/tls/ws", "/wss"))))
          .isInstanceOf(DialException.class);
      assertThatThrownBy(() -> doubtful.connect(Multiaddr.parse(named))).isInstanceOf(DialException.class);
    }
  }

  /** A self-signed certificate of the web. */
  private record WebCertificate(SSLContext serving, SSLContext trusting) {
    private static final AlgorithmIdentifier ALGORITHM = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    private static final char[] PASSWORD = "none".toCharArray();

    static WebCertificate create(String name) throws Exception {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair keys = generator.generateKeyPair();
      V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
      X500Name subject = new X500Name("CN=" + name);
      body.setSerialNumber(new ASN1Integer(BigInteger.TEN));
      body.setIssuer(subject);
      body.setSubject(subject);
      body.setStartDate(new Time(Date.from(Instant.now().minus(Duration.ofHours(1)))));
      body.setEndDate(new Time(Date.from(Instant.now().plus(Duration.ofHours(1)))));
      body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
      body.setSignature(ALGORITHM);
      ExtensionsGenerator extensions = new ExtensionsGenerator();
      extensions.addExtension(Extension.subjectAlternativeName, false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
      body.setExtensions(extensions.generate());
      ASN1Encodable signed = body.generateTBSCertificate();
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(signed.toASN1Primitive().getEncoded("DER"));
      byte[] der = new DERSequence(new ASN1Encodable[]{signed, ALGORITHM, new DERBitString(signature.sign())})
          .getEncoded();
      X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(der));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, PASSWORD);
      store.setKeyEntry("own", keys.getPrivate(), PASSWORD, new X509Certificate[]{certificate});
      KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyManagers.init(store, PASSWORD);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, PASSWORD);
      trusted.setCertificateEntry("own", certificate);
      TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext serving = SSLContext.getInstance("TLS");
      serving.init(keyManagers.getKeyManagers(), null, null);
      SSLContext trusting = SSLContext.getInstance("TLS");
      trusting.init(null, trust.getTrustManagers(), null);
      return new WebCertificate(serving, trusting);
    }
  }
}
