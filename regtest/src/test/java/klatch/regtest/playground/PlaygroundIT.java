package klatch.regtest.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import klatch.regtest.junit.RegtestTest;
import klatch.regtest.network.RegtestNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegtestTest(star = {"router", "alice", "bob"})
class PlaygroundIT {
  private static final Pattern TOKEN = Pattern.compile("token = '([0-9a-f]{32})'");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final RegtestNetwork network;
  private final Playground playground;
  private String token = "";

  PlaygroundIT(RegtestNetwork network) {
    this.network = network;
    this.playground = new Playground(network);
  }

  @BeforeEach
  void load() throws Exception {
    Matcher found = TOKEN.matcher(get("").body());
    assertThat(found.find()).isTrue();
    token = found.group(1);
  }

  @AfterEach
  void close() {
    playground.close();
    http.close();
  }

  @Test
  void aHeldPaymentIsShownAndGivenBackByTheButtons() throws Exception {
    assertThat(post("do=pay&from=alice&to=bob&sat=2000&hold=on").statusCode()).isEqualTo(200);
    await().atMost(PATIENCE).until(() -> state().at("/payments/0/held").asBoolean());
    assertThat(state().at("/nodes/1/htlcs").asInt()).isEqualTo(1);
    int number = state().at("/payments/0/number").asInt();
    assertThat(post("do=release&payment=" + number).statusCode()).isEqualTo(200);
    await().atMost(PATIENCE).until(() -> state().at("/payments/0/what").asText().equals("given back"));
  }

  @Test
  void anOrdinaryPaymentMovesWhatThePageShows() throws Exception {
    long before = state().at("/nodes/2/balance").asLong();
    post("do=pay&from=alice&to=bob&sat=500");
    await().atMost(PATIENCE).until(() -> state().at("/nodes/2/balance").asLong() == before + 500_000);
  }

  @Test
  void theFaucetAndTheMinerWork() throws Exception {
    int height = network.chain().tip().height();
    String address = network.node("alice").lightning().wallet().newAddress();
    assertThat(post("do=faucet&sat=10000&address=" + address).statusCode()).isEqualTo(200);
    assertThat(post("do=mine&blocks=2").statusCode()).isEqualTo(200);
    assertThat(state().at("/height").asInt()).isEqualTo(height + 3);
  }

  @Test
  void whatMakesNoSenseIsRefusedInWords() throws Exception {
    assertThat(post("do=mine&blocks=0").body()).isEqualTo("blocks is a number from 1 to 1000");
    assertThat(post("do=pay&from=alice&to=alice&sat=1").body()).isEqualTo("alice cannot pay itself");
    assertThat(post("do=pay&from=alice&to=zed&sat=1").body()).contains("there is no node zed");
    assertThat(post("do=release&payment=99").body()).isEqualTo("there is no such held payment");
    assertThat(post("do=dance").statusCode()).isEqualTo(400);
    assertThat(post("do=faucet&sat=1000&address=nowhere").statusCode()).isEqualTo(400);
    assertThat(post("do=mine&blocks=" + "1".repeat(5_000)).statusCode()).isEqualTo(413);
  }

  @Test
  void otherPagesOfTheBrowserCannotUseIt() throws Exception {
    token = "0".repeat(32);
    assertThat(post("do=mine&blocks=1").statusCode()).isEqualTo(403);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), playground.address().getPort())) {
      socket.getOutputStream().write(
          "GET /state HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 403");
    }
  }

  private JsonNode state() throws IOException, InterruptedException {
    return JsonMapper.builder().build().readTree(get("state").body());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String form) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri("do"))
        .POST(HttpRequest.BodyPublishers.ofString(form + "&token=" + token)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return playground.address().resolve(path);
  }
}
