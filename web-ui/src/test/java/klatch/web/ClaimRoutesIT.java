package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.commitments.Msat;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A payout to a wallet elsewhere, over the API and over the listener where wallets withdraw. */
@Timeout(60)
final class ClaimRoutesIT {
  private static final long NOON = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long START = NOON + 24 * HOUR;
  private static final long END = START + 2 * HOUR;

  private final AtomicLong now = new AtomicLong(NOON);
  private final InMemoryNetwork network = new InMemoryNetwork(() -> Instant.ofEpochMilli(now.get()), 1);
  private final WithdrawListener withdrawals = WithdrawListener.start(() -> this.anna().money,
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final TestNode anna = new TestNode(now, Optional.of(open("anna")),
      Optional.of(withdrawals.localUrl().toString()));
  private final TestNode ben = new TestNode(now, Optional.of(open("ben")));
  private final TestNode cem = new TestNode(now, Optional.of(open("cem")));
  private final InMemoryLightning wallet = open("wallet");
  private final HttpClient http = HttpClient.newHttpClient();

  private TestNode anna() {
    return anna;
  }

  private InMemoryLightning open(String name) {
    return network.open(name, Msat.ofSat(1_000_000), Msat.ofSat(500_000), InMemoryLightning.Delivery.THREAD);
  }

  @AfterEach
  void close() {
    withdrawals.close();
    List.of(anna, ben, cem).forEach(TestNode::close);
    http.close();
  }

  private void sync() {
    TestNode.exchange(anna, ben);
    TestNode.exchange(anna, cem);
    TestNode.exchange(anna, ben);
  }

  /** Ben came, cem did not. */
  private String eventOfBenAlone() {
    var group = anna.post("/groups", "{\"name\":\"Tea\"}").body().path("id").asText();
    var invite = anna.get("/groups/" + group + "/invite").body().path("invite").asText();
    var event = anna.post("/events", "{\"title\":\"First cup\",\"zone\":\"Europe/Berlin\",\"capacity\":5,"
        + "\"startsAtMillis\":" + START + ",\"endsAtMillis\":" + END + ",\"depositMsat\":10000000}").body()
        .path("event")
        .asText();
    for (var node : List.of(ben, cem)) {
      node.post("/groups/join", "{\"invite\":\"" + invite + "\"}");
    }
    sync();
    List.of(ben, cem).forEach(node -> node.post("/events/" + event + "/rsvp", ""));
    now.set(START - 11 * HOUR);
    for (var node : List.of(ben, cem)) {
      Awaitility.await().untilAsserted(() -> {
        sync();
        assertThat(node.post("/events/" + event + "/lock", "").status()).isEqualTo(200);
      });
    }
    Awaitility.await().untilAsserted(() -> {
      sync();
      assertThat(states(event)).containsExactly("held", "held");
    });
    now.set(START);
    var frame = anna.get("/events/" + event + "/door").body().path("frame").asText();
    assertThat(ben.post("/events/" + event + "/checkin", "{\"frame\":\"" + frame + "\"}").status()).isEqualTo(200);
    return event;
  }

  private List<String> states(String event) {
    return anna.get("/events/" + event + "/report").body().path("people").findValuesAsText("state");
  }

  private JsonNode claim(String event) {
    sync();
    return ben.get("/events/" + event + "/claim").body();
  }

  @Test
  void aWalletScansTheCodeAndIsPaidOnce() throws Exception {
    var event = eventOfBenAlone();
    var nobody = withdrawals.localUrl() + "/" + "0".repeat(64);
    assertThat(ask(nobody).path("reason").asText()).contains("still starting");
    withdrawals.reachedAt(withdrawals.localUrl().toString());
    var chosen = ben.post("/events/" + event + "/claim", "{\"byCode\":true}").body();
    assertThat(chosen.path("way").asText()).isEqualTo("code");
    now.set(END + 6 * HOUR + 1);
    Awaitility.await().untilAsserted(() -> assertThat(claim(event).hasNonNull("code")).isTrue());
    var claim = claim(event);
    assertThat(claim.path("closesAtMillis").asLong()).isEqualTo(now.get() + Duration.ofDays(15).toMillis());
    assertThat(ben.get("/claims").body().path("claims")).hasSize(1).first().isEqualTo(claim);

    // From here on, what a wallet does that scanned the code (LUD-03).
    var offer = ask(claim.path("code").asText());
    assertThat(offer.path("tag").asText()).isEqualTo("withdrawRequest");
    long amount = offer.path("maxWithdrawable").asLong();
    assertThat(offer.path("minWithdrawable").asLong()).isEqualTo(amount).isEqualTo(claim.path("amountMsat").asLong());
    assertThat(offer.path("defaultDescription").asText()).isEqualTo("Klatch payout: First cup");
    var pay = offer.path("callback").asText() + "?k1=" + offer.path("k1").asText() + "&pr=";
    var before = wallet.status().balance().value();
    assertThat(ask(pay + invoice(amount + 1)).path("reason").asText()).contains("this payout is " + amount + " msat");
    assertThat(ask(pay + "lnbc1nonsense").path("status").asText()).isEqualTo("ERROR");
    assertThat(ask(offer.path("callback").asText() + "?k1=" + "0".repeat(64) + "&pr=" + invoice(amount))
        .path("reason").asText()).isEqualTo("this code gives nothing, or nothing any more");
    network.stall(true);
    var invoice = invoice(amount);
    assertThat(ask(pay + invoice)).hasToString("{\"status\":\"OK\"}");
    assertThat(ask(pay + invoice)).as("a wallet that heard no answer").hasToString("{\"status\":\"OK\"}");
    assertThat(ask(pay + invoice(amount)).path("reason").asText()).contains("used with another invoice");
    network.stall(false);
    Awaitility.await().untilAsserted(() -> {
      sync();
      assertThat(wallet.status().balance().value()).isEqualTo(before + amount);
      assertThat(anna.get("/events/" + event + "/report").body().path("paidOutMsat").asLong()).isEqualTo(amount);
    });
    assertThat(ask(claim.path("code").asText()).path("status").asText()).isEqualTo("ERROR");
    var audit = cem.get("/events/" + event + "/audit").body();
    assertThat(audit.path("clean").asBoolean()).as(audit.toString()).isTrue();
  }

  private String invoice(long msat) {
    return wallet.invoice(new Msat(msat), "payout", Duration.ofHours(1)).bolt11();
  }

  @Test
  void whereAPayoutGoesIsCheckedBeforeAnythingIsDue() {
    var event = eventOfBenAlone();
    var path = "/events/" + event + "/claim";
    assertThat(claim(event).path("state").asText()).isEqualTo("nothing_due");
    assertThat(claim(event).path("way").asText()).isEqualTo("here");
    assertThat(ben.get("/claims").body().path("claims")).isEmpty();
    assertThat(ben.post(path, "{\"to\":\"lnbc1x\"}").code()).isEqualTo("invalid");
    assertThat(ben.post(path, "{\"to\":\"" + invoice(1_000) + "\"}").message())
        .startsWith("nothing can be claimed now");
    assertThat(ben.post(path, "{\"to\":\"ben@service.example\"}").message()).contains("paste an invoice");
    assertThat(ben.post(path, "{}").message()).contains("exactly one of");
    assertThat(ben.post(path, "{\"here\":true,\"byCode\":true}").code()).isEqualTo("invalid");
    assertThat(ben.post(path, "{\"here\":true}").body().path("way").asText()).isEqualTo("here");
    assertThat(anna.post(path, "{\"here\":true}").message()).isEqualTo("the organiser has no part in the payouts");
  }

  @Test
  void nothingElseIsReachableWhereWalletsWithdraw() throws Exception {
    withdrawals.reachedAt(withdrawals.localUrl().toString());
    var root = withdrawals.localUrl().toString().replace("/withdraw", "");
    for (var path : List.of("/", "/api/v1/status", "/withdraw", "/withdraw/", "/withdraw/x",
        "/withdraw/../api/v1/status",
        "/withdraw/" + "0".repeat(63), "/withdraw/" + "0".repeat(64), "/withdraw/pay", "/withdraw/pay?k1=&pr=",
        "/withdraw/pay?k1=" + "0".repeat(64) + "&pr=a&pr=b", "/withdraw/" + "0".repeat(64) + "/pay")) {
      assertThat(ask(root + path).path("status").asText()).as(path).isEqualTo("ERROR");
    }
    var post = http.send(HttpRequest.newBuilder(URI.create(root + "/withdraw/pay"))
        .POST(HttpRequest.BodyPublishers.ofString("{}")).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(post.body()).contains("only GET");
  }

  @Test
  void guessingCodesIsCutOff() throws Exception {
    withdrawals.reachedAt(withdrawals.localUrl().toString());
    var guess = withdrawals.localUrl() + "/" + "1".repeat(64);
    JsonNode last = ask(guess);
    for (int i = 0; i < WithdrawHandler.MOST_IN_A_SPAN; i++) {
      last = ask(guess);
    }
    assertThat(last.path("reason").asText()).startsWith("too many requests, try again in");
  }

  private JsonNode ask(String url) throws Exception {
    var response = http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    return Json.MAPPER.readTree(response.body());
  }
}
