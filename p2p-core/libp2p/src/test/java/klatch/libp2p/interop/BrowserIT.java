package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.PeerId;
import klatch.libp2p.Topic;
import klatch.libp2p.gossipsub.Gossipsub;
import klatch.libp2p.identify.Ping;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page on plain http in a real browser, with js-libp2p, joins by WebSocket and gossips. */
class BrowserIT {
  private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");
  /** A name, because a browser trusts loopback addresses as it trusts https: this page must not be in a secure context. */
  private static final String NAME = "venue.test";
  private static final Duration BUNDLING = Duration.ofSeconds(60);
  private static final Duration BROWSING = Duration.ofSeconds(45);
  private static final Duration END = Duration.ofSeconds(5);
  private static final String TOPIC = "page";

  @TempDir
  Path directory;

  @Test
  void aPageOnPlainHttpReceivesAndSendsGossip() throws Exception {
    Optional<String> browser = BROWSERS.stream().filter(BrowserIT::onPath).findFirst();
    Assumptions.assumeTrue(browser.isPresent(), "needs Chromium on the PATH");
    Library.Presence presence = Library.JS.presence();
    if (!(presence instanceof Library.Present js)) {
      Assumptions.abort(presence.toString());
      return;
    }
    HttpServer server = serve(bundle(js.command()));
    Ed25519Key key = Ed25519Key.generate();
    try (Libp2pHost host = OurHost.start(HostOptions.of(key).listen(Strangers.WS));
        Gossipsub gossip = Gossipsub.start(host, key)) {
      Map<String, PeerId> heard = new ConcurrentHashMap<>();
      Topic topic = gossip.topic(TOPIC);
      topic.subscribe(message -> heard.put(new String(message.data(), StandardCharsets.UTF_8),
          message.author().orElseThrow()));
      String fragment = URLEncoder.encode(TOPIC + "," + OurHost.address(host), StandardCharsets.UTF_8);
      Process process = browse(browser.get(),
          "http://" + NAME + ":" + server.getAddress().getPort() + "/#" + fragment);
      try {
        await().atMost(BROWSING).until(() -> host.connections().stream()
            .anyMatch(connection -> gossip.mesh(TOPIC).contains(connection.remotePeer())));
        PeerId page = host.connections().getFirst().remotePeer();
        topic.publish("hello".getBytes(StandardCharsets.UTF_8));
        await().atMost(BROWSING).until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly(Map.entry("hello, said the page; secure context: false", page));
        assertThat(Ping.roundTrip(host.connections().getFirst())).isPositive();
      } finally {
        end(process);
      }
    } finally {
      server.stop(0);
    }
  }

  private static boolean onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** The page's script and all it imports as one file. */
  private byte[] bundle(List<String> js) throws IOException, InterruptedException {
    // The builder says where its script is; its packages are beside that folder.
    Path script = Path.of(js.get(1));
    Path packages = script.resolve("../../node_modules").normalize();
    Path bundle = directory.resolve("page.js");
    Process process = new ProcessBuilder(js.getFirst(), packages.resolve("esbuild/bin/esbuild").toString(),
        script.resolveSibling("page.mjs").toString(), "--bundle", "--format=esm", "--platform=browser",
        "--log-level=warning",
        "--outfile=" + bundle).redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(process.waitFor(BUNDLING.toSeconds(), TimeUnit.SECONDS)).as("bundled in time").isTrue();
    assertThat(process.exitValue()).isZero();
    return Files.readAllBytes(bundle);
  }

  private static HttpServer serve(byte[] script) throws IOException {
    byte[] page = "<!doctype html><title>page</title><script type=module src=/page.js></script>"
        .getBytes(StandardCharsets.UTF_8);
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      boolean isScript = exchange.getRequestURI().getPath().equals("/page.js");
      byte[] body = isScript ? script : page;
      exchange.getResponseHeaders().set("Content-Type", isScript ? "text/javascript" : "text/html; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    return server;
  }

  private Process browse(String browser, String url) throws IOException {
    // Without its sandbox, as it must be for root in a container; it sees nothing but our own page.
    return new ProcessBuilder(browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--user-data-dir=" + directory.resolve("profile"), "--host-resolver-rules=MAP " + NAME + " 127.0.0.1", url)
        .redirectErrorStream(true).redirectOutput(directory.resolve("browser.log").toFile()).start();
  }

  private static void end(Process process) throws InterruptedException {
    List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    assertThat(process.waitFor(END.toSeconds(), TimeUnit.SECONDS)).isTrue();
    for (ProcessHandle one : all) {
      await().atMost(END).until(() -> !one.isAlive());
    }
  }
}
