package klatch.lightning.lnd;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import klatch.lightning.Network;

/** Answers HTTPS on loopback as an LND in trouble would: what a real one cannot be made to do. */
final class FakeLnd implements AutoCloseable {
  static final byte[] MACAROON = {2, 1, 3, 66, 66};
  private static final String PASSWORD = "changeit";
  private static final String ALIAS = "lnd";

  /** Answers one request. */
  interface Reply {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpsServer server;
  private final Path certificate;
  private final Path macaroon;
  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> macaroons = new CopyOnWriteArrayList<>();

  private FakeLnd(HttpsServer server, Path certificate, Path macaroon) {
    this.server = server;
    this.certificate = certificate;
    this.macaroon = macaroon;
  }

  /** Starts one with the certificate of this folder, which names another host, as copied ones may. */
  static FakeLnd start(Path folder) throws Exception {
    Files.createDirectories(folder);
    Path store = folder.resolve("keys.p12");
    if (!Files.exists(store)) {
      makeKeys(folder, store);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    Path certificate = Files.writeString(folder.resolve("tls.cert"), "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(keys.getCertificate(ALIAS).getEncoded())
        + "\n-----END CERTIFICATE-----\n");
    Path macaroon = Files.write(folder.resolve("klatch.macaroon"), MACAROON);
    HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    FakeLnd fake = new FakeLnd(server, certificate, macaroon);
    server.createContext("/", fake::handle);
    server.start();
    return fake;
  }

  private static void makeKeys(Path folder, Path store) throws IOException, InterruptedException {
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair", "-alias", ALIAS, "-keyalg", "EC", "-dname", "CN=elsewhere", "-validity", "2", "-storetype",
        "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD).redirectErrorStream(true)
        .redirectOutput(folder.resolve("keytool.txt").toFile()).start();
    if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool: " + Files.readString(folder.resolve("keytool.txt")));
    }
  }

  private static SSLContext context(KeyStore keys) throws GeneralSecurityException {
    KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestMethod() + " " + path);
      macaroons.add(String.valueOf(exchange.getRequestHeaders().getFirst("Grpc-Metadata-macaroon")));
      exchange.getRequestBody().readAllBytes();
      Reply reply = replies.entrySet().stream().filter(entry -> path.startsWith(entry.getKey()))
          .map(Map.Entry::getValue)
          .findFirst().orElse(json(404, "{\"code\":5,\"message\":\"Not Found\",\"details\":[]}"));
      reply.to(exchange);
    }
  }

  /** From now on every path that begins so is answered so. */
  FakeLnd on(String pathPrefix, Reply reply) {
    replies.put(pathPrefix, reply);
    return this;
  }

  static Reply json(int status, String body) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** An error as LND's gateway words it. */
  static Reply error(String message) {
    return json(500, "{\"code\":2,\"message\":\"" + message + "\",\"details\":[]}");
  }

  LndConfig config() {
    return config(certificate);
  }

  LndConfig config(Path pinned) {
    return new LndConfig(address(), pinned, macaroon, Network.REGTEST, Duration.ofMillis(50));
  }

  URI address() {
    return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
  }

  Path certificate() {
    return certificate;
  }

  /** Method and path of every request that arrived, TLS done. */
  List<String> requests() {
    return requests;
  }

  List<String> macaroons() {
    return macaroons;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
