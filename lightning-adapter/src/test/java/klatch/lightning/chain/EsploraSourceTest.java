package klatch.lightning.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EsploraSourceTest {
  private static final String HASH = "ab".repeat(32);
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  private record Reply(int status, String body) {}

  private final Map<String, Deque<Reply>> script = new ConcurrentHashMap<>();
  private final List<String> asked = new ArrayList<>();
  private HttpServer http;
  private EsploraSource source;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::handle);
    http.start();
    source = new EsploraSource(URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/signet/api"), TIMEOUT);
  }

  @AfterEach
  void stop() {
    source.close();
    http.stop(0);
  }

  /** Each path has its replies in order, the last of them for ever. */
  private void answers(String path, Reply... replies) {
    script.put("/signet/api/" + path, new ArrayDeque<>(List.of(replies)));
  }

  private static Reply ok(String body) {
    return new Reply(200, body);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      exchange.getRequestBody().readAllBytes();
      Reply reply;
      synchronized (asked) {
        asked.add(path);
        Deque<Reply> replies = script.getOrDefault(path, new ArrayDeque<>(List.of(new Reply(404, "not here"))));
        reply = replies.size() > 1 ? replies.removeFirst() : replies.getFirst();
      }
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      if (reply.status() == 302) {
        exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/elsewhere");
      }
      exchange.sendResponseHeaders(reply.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static void assertTrouble(ThrowingCallable call, Class<? extends ChainTrouble> kind, String words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(ChainTroubleException.class, e -> {
      assertThat(e.trouble()).isInstanceOf(kind);
      assertThat(e.trouble().message()).contains(words).startsWith("the Esplora server at http://127.0.0.1:");
    });
  }

  @Test
  void onlyHttpsOrThisMachineIsAnAddress() {
    for (String address : List.of("http://example.org/api", "http://10.0.0.1/", "ftp://127.0.0.1/", "https://u:p@h/api",
        "https://h/api?x=1", "mailto:a@b")) {
      assertThatThrownBy(() -> new EsploraSource(URI.create(address), TIMEOUT).close()).as(address)
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("looks like https://host/api");
    }
    try (EsploraSource https = new EsploraSource(URI.create("https://h.example/api"), TIMEOUT)) {
      assertThat(https.name()).endsWith("https://h.example/api/");
    }
  }

  @Test
  void theTipsHeightIsAskedForOnce() {
    answers("blocks/tip/hash", ok(HASH + "\n"));
    answers("block/" + HASH, ok("{\"id\":\"" + HASH + "\",\"height\":7}"));
    assertThat(source.tip()).isEqualTo(new ChainSource.Tip(7, HASH));
    assertThat(source.tip()).isEqualTo(new ChainSource.Tip(7, HASH));
    assertThat(asked).hasSize(3);
  }

  @Test
  void whatIsNoneOfEsplorasAnswersIsNamed() {
    answers("blocks/tip/hash", ok("<html>"));
    assertTrouble(source::tip, ChainTrouble.Nonsense.class, "its answer to blocks/tip/hash is no hash");
    answers("blocks/tip/hash", ok(HASH));
    assertTrouble(source::tip, ChainTrouble.Nonsense.class, "knows nothing of its own last block");
    answers("block/" + HASH, ok("{\"height\":-1}"));
    assertTrouble(source::tip, ChainTrouble.Nonsense.class, "a block without a height");
    answers("block/" + HASH, ok("7"));
    assertTrouble(source::tip, ChainTrouble.Nonsense.class, "is no JSON object");
    answers("block/" + HASH + "/header", ok("00ff"));
    assertTrouble(() -> source.header(HASH), ChainTrouble.Nonsense.class, "a block's header is none");
    answers("block/" + HASH + "/header", ok("zz".repeat(80)));
    assertTrouble(() -> source.header(HASH), ChainTrouble.Nonsense.class, "a block's header is none");
    assertTrouble(() -> source.block(HASH), ChainTrouble.Nonsense.class, "is HTTP status 404");
    assertThat(source.height("cd".repeat(32))).isEmpty();
  }

  @Test
  void aRedirectionIsNotFollowed() {
    answers("block-height/0", new Reply(302, ""));
    assertTrouble(source::genesis, ChainTrouble.Nonsense.class, "is HTTP status 302");
    assertThat(asked).hasSize(1);
  }

  @Test
  void anOverloadedServerIsAskedAgainAndThenGivenUp() {
    answers("block-height/0", new Reply(429, "slow down"), new Reply(503, ""), ok(HASH));
    assertThat(source.genesis()).isEqualTo(HASH);
    answers("block-height/0", new Reply(500, ""));
    assertTrouble(source::genesis, ChainTrouble.Unreachable.class, "HTTP status 500");
    assertThat(asked).hasSize(6);
  }

  @Test
  void whatIsSentIsSentOnceAndARefusalIsPassedOn() {
    answers("tx", ok(HASH));
    assertThat(source.send("00")).isEqualTo(HASH);
    answers("tx", new Reply(400, "sendrawtransaction RPC error: {\"code\":-26,\"message\":\"dust\"}"));
    assertThatThrownBy(() -> source.send("00")).isInstanceOf(TransactionRefusedException.class)
        .hasMessageContaining("dust");
    answers("tx", new Reply(503, ""));
    assertTrouble(() -> source.send("00"), ChainTrouble.Unreachable.class, "HTTP status 503");
    assertThatThrownBy(() -> source.sendTogether(List.of("00", "01"))).isInstanceOf(TransactionRefusedException.class)
        .hasMessageContaining("takes no packages");
    answers("tx", new Reply(404, "nothing here"));
    assertTrouble(() -> source.send("00"), ChainTrouble.Nonsense.class, "HTTP status 404");
    assertThat(asked).hasSize(5);
  }

  @Test
  void theFeeIsThatOfTheNearestTargetThatIsSoonEnough() {
    answers("fee-estimates", ok("{\"1\":30.5,\"3\":12.25,\"144\":1.01,\"nonsense\":99}"));
    assertThat(source.satPerVbyte(6)).hasValue(12.25);
    assertThat(source.satPerVbyte(1)).hasValue(30.5);
    assertThat(source.satPerVbyte(1_008)).hasValue(1.01);
    answers("fee-estimates", ok("{}"));
    assertThat(source.satPerVbyte(6)).isEmpty();
    answers("fee-estimates", ok("{\"2\":-5}"));
    assertThat(source.satPerVbyte(6)).isEmpty();
    answers("fee-estimates", ok("[]"));
    assertTrouble(() -> source.satPerVbyte(6), ChainTrouble.Nonsense.class, "is no JSON object");
  }
}
