package klatch.lightning.lnurl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS the connection goes to the address that was looked at, and the certificate must be the name's. */
@Timeout(60)
final class WebAskerTlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final WebAsker.Limits LIMITS = new WebAsker.Limits(Duration.ofSeconds(2), Duration.ofSeconds(4),
      4_096);

  @TempDir
  static Path folder;

  private static SSLContext known;
  private static TestService service;

  @BeforeAll
  static void start() throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair", "-alias", "pay", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-dname",
        "CN=pay.example", "-ext", "san=dns:pay.example", "-storetype", "PKCS12", "-keystore", store.toString(),
        "-storepass", new String(PASSWORD)).redirectErrorStream(true)
        .redirectOutput(folder.resolve("keytool.log").toFile()).start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(folder.resolve("keytool.log"))).isZero();
    known = context(store);
    service = new TestService(
        known.getServerSocketFactory().createServerSocket(0, 20, InetAddress.getLoopbackAddress()),
        target -> TestService.ok("{\"asked\":\"" + target + "\"}"));
  }

  private static SSLContext context(Path file) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("pay", store.getCertificate("pay"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  @AfterAll
  static void stop() throws IOException {
    service.close();
  }

  private static WebAsker asker(SSLContext context) {
    return new WebAsker(new WebRules(true), host -> new InetAddress[]{InetAddress.ofLiteral("127.0.0.1")},
        context.getSocketFactory(),
        LIMITS);
  }

  private static URI at(String host) {
    return URI.create("https://" + host + ":" + service.port() + "/a?b=c");
  }

  @Test
  void theNameIsAskedForAtTheAddressThatWasLookedAt() throws IOException {
    assertThat(new String(asker(known).ask(at("pay.example")), StandardCharsets.UTF_8))
        .isEqualTo("{\"asked\":\"/a?b=c\"}");
    assertThat(service.asked()).contains("pay.example:" + service.port() + " GET /a?b=c HTTP/1.1");
  }

  @Test
  void aCertificateOfAnotherNameIsNotBelieved() {
    assertThatThrownBy(() -> asker(known).ask(at("bank.example"))).isInstanceOf(IOException.class)
        .hasMessageContaining("bank.example");
  }

  @Test
  void aCertificateThatNobodyVouchesForIsNotBelieved() throws GeneralSecurityException {
    SSLContext ordinary = SSLContext.getDefault();
    assertThatThrownBy(() -> asker(ordinary).ask(at("pay.example"))).isInstanceOf(IOException.class);
  }
}
