package klatch.regtest.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import klatch.regtest.Until;
import klatch.regtest.chain.Folders;
import org.jspecify.annotations.Nullable;

/**
 * Debian's Chromium without a window, driven by its DevTools protocol: one process for all of this JVM, a context of
 * its own (cookies, storage) for each page's person. It asks nobody but the pages' own node. Thread-safe.
 */
public final class Chromium {
  private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();
  /** The system property that names one more address which pages may ask, of a network that a test has made. */
  public static final String VENUE = "klatch.browser.venue";

  private static @Nullable Chromium shared;

  private final Path profile;
  private final Path film;
  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final Map<String, BiConsumer<String, JsonNode>> listeners = new ConcurrentHashMap<>();

  /** Whether there is one on this machine. */
  public static boolean installed() {
    return program().isPresent();
  }

  private static Optional<Path> program() {
    return NAMES.stream().flatMap(name -> onPath(name).stream()).findFirst();
  }

  /**
   * The browser, started by whoever asks first; it ends with this JVM.
   *
   * @throws BrowserException if there is none on the PATH
   */
  public static synchronized Chromium shared() {
    if (shared == null) {
      var browser = program().orElseThrow(() -> new BrowserException(
          "needs Chromium on the PATH (Debian: apt install chromium)"));
      try {
        shared = new Chromium(browser);
      } catch (IOException e) {
        throw new UncheckedIOException("Chromium does not start", e);
      }
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(shared::end));
    }
    return shared;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of(); // Half written.
    }
  }

  private static Optional<Path> onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program)).filter(Files::isExecutable).findFirst();
  }

  private Chromium(Path browser) throws IOException {
    profile = Files.createTempDirectory("klatch-chromium");
    film = profile.resolve("camera.y4m");
    // Without its sandbox, as it must be for root in a container; it sees nothing but our own pages.
    process = new ProcessBuilder(browser.toString(), "--headless=new", "--no-sandbox", "--disable-gpu",
        "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        "--use-file-for-fake-video-capture=" + film,
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE " + System.getProperty(VENUE, "127.0.0.1"),
        "--remote-debugging-port=0",
        "--user-data-dir=" + profile, "about:blank").redirectErrorStream(true)
        .redirectOutput(profile.resolve("browser.log").toFile()).start();
    var port = profile.resolve("DevToolsActivePort");
    Until.holds("Chromium says where it listens", START, () -> lines(port).size() == 2);
    var where = lines(port);
    socket = HttpClient.newHttpClient().newWebSocketBuilder()
        .buildAsync(URI.create("ws://127.0.0.1:" + where.get(0) + where.get(1)), new Ear()).join();
  }

  /** Puts the pieces of messages together. */
  private final class Ear implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        var whole = text.toString();
        text.setLength(0);
        hear(whole);
      }
      from.request(1);
      return null;
    }
  }

  private void hear(String text) {
    JsonNode message;
    try {
      message = JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (message.has("id")) {
      var caller = waiting.remove(message.path("id").asInt());
      if (caller != null) {
        caller.complete(message);
      }
    } else {
      var listener = listeners.get(message.path("sessionId").asText());
      if (listener != null) {
        listener.accept(message.path("method").asText(), message.path("params"));
      }
    }
  }

  /** What its camera sees. */
  public Path film() {
    return film;
  }

  /** A page in a context of its own: another person's browser. */
  public ChromiumPage person() {
    var context = call("", "Target.createBrowserContext", Map.of()).path("browserContextId").asText();
    return page(context);
  }

  /** Another tab of the same person. */
  public ChromiumPage page(String context) {
    var target = call("", "Target.createTarget", Map.of("url", "about:blank", "browserContextId", context))
        .path("targetId").asText();
    var session = call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true)).path("sessionId")
        .asText();
    var page = new ChromiumPage(this, context, target, session);
    listeners.put(session, page::hear);
    page.begin();
    return page;
  }

  /** One call of the protocol; its result. */
  JsonNode call(String session, String method, Map<String, ?> parameters) {
    int id = calls.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    var answer = new CompletableFuture<JsonNode>();
    waiting.put(id, answer);
    synchronized (socket) {
      socket.sendText(message.toString(), true).join();
    }
    try {
      var got = answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      if (got.has("error")) {
        throw new BrowserException(method + ": " + got.path("error").path("message").asText());
      }
      return got.path("result");
    } catch (TimeoutException | ExecutionException e) {
      throw new BrowserException(method + " was not answered", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrowserException("interrupted", e);
    }
  }

  void forget(String session) {
    listeners.remove(session);
  }

  private void end() {
    Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList()
        .forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
    try {
      Folders.delete(profile);
    } catch (IOException e) {
      System.err.println("Chromium's files are left in " + profile + ": " + e.getMessage());
    }
  }
}
