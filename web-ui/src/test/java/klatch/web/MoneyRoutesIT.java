package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import klatch.commitments.Msat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The deposit routes over real HTTP, from the lock to the audit; Lightning and the logs are in memory. */
@Timeout(30)
final class MoneyRoutesIT {
  private static final long NOON = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long START = NOON + 24 * HOUR;
  private static final long END = START + 2 * HOUR;
  private static final long DEPOSIT_MSAT = 10_000_000;

  private final AtomicLong now = new AtomicLong(NOON);
  private final InMemoryNetwork network = new InMemoryNetwork(() -> Instant.ofEpochMilli(now.get()), 1);
  private final TestNode anna = node("anna");
  private final TestNode ben = node("ben");
  private final TestNode cem = node("cem");

  private TestNode node(String name) {
    return new TestNode(now, Optional.of(network.open(name, Msat.ofSat(1_000_000), Msat.ofSat(500_000),
        InMemoryLightning.Delivery.THREAD)));
  }

  @AfterEach
  void close() {
    List.of(anna, ben, cem).forEach(TestNode::close);
  }

  private void sync() {
    TestNode.exchange(anna, ben);
    TestNode.exchange(anna, cem);
    TestNode.exchange(anna, ben);
  }

  @Test
  void fromTheTermsToTheAudit() {
    var event = eventWithTwoPledges();
    assertThat(ben.post("/events/" + event + "/lock", "").code()).isEqualTo("refused");

    now.set(START - 11 * HOUR);
    for (var node : List.of(ben, cem)) {
      untilState(node, event, "offered");
      var locked = node.post("/events/" + event + "/lock", "").body();
      assertThat(locked.at("/deposit/state").asText()).isIn("paying", "held");
      assertThat(locked.at("/deposit/msat").asLong()).isEqualTo(DEPOSIT_MSAT);
      untilState(node, event, "held");
    }
    assertThat(you(ben, event).at("/deposit/says").asText()).isEqualTo("held, not spent: comes back when you check in");
    var early = anna.post("/events/" + event + "/settle", "");
    assertThat(early.code()).isEqualTo("refused");
    assertThat(early.message()).contains(Instant.ofEpochMilli(END + 6 * HOUR).toString());
    assertThat(ben.post("/events/" + event + "/settle", "").message()).contains("only the organiser");

    now.set(START);
    var frame = anna.get("/events/" + event + "/door").body().path("frame").asText();
    assertThat(ben.post("/events/" + event + "/checkin", "{\"frame\":\"" + frame + "\"}").status()).isEqualTo(200);
    untilState(ben, event, "released");

    now.set(END + 6 * HOUR + 1);
    Awaitility.await().untilAsserted(() -> {
      sync();
      assertThat(anna.post("/events/" + event + "/settle", "").body().path("done").asBoolean()).isTrue();
    });
    sync();
    conserved(anna.get("/events/" + event + "/report").body());
    var own = cem.get("/events/" + event + "/report").body().path("own");
    assertThat(own.path("state").asText()).isEqualTo("collected");
    assertThat(own.path("feeMsat").asLong()).isEqualTo(1_000);
    for (var node : List.of(anna, ben, cem)) {
      var audit = node.get("/events/" + event + "/audit").body();
      assertThat(audit.path("clean").asBoolean()).as(audit.toString()).isTrue();
      assertThat(audit.path("complete").asBoolean()).isTrue();
    }
  }

  /** Ben came and gets what cem forfeited, less the fee of sending it. */
  private void conserved(JsonNode report) {
    assertThat(report.path("potMsat").asLong()).isEqualTo(DEPOSIT_MSAT);
    long spent = report.path("paidOutMsat").asLong() + report.path("feesMsat").asLong();
    assertThat(spent + report.path("leftMsat").asLong()).isEqualTo(DEPOSIT_MSAT);
    for (var line : report.path("people")) {
      boolean isBen = line.path("person").asText().equals(ben.meetup.self().toString());
      assertThat(line.path("present").asBoolean()).isEqualTo(isBen);
      assertThat(line.path("releasedMsat").asLong()).isEqualTo(isBen ? DEPOSIT_MSAT : 0);
      assertThat(line.path("forfeitedMsat").asLong()).isEqualTo(isBen ? 0 : DEPOSIT_MSAT);
      assertThat(line.path("payoutMsat").asLong()).isEqualTo(isBen ? report.path("paidOutMsat").asLong() : 0);
    }
    assertThat(report.path("people")).hasSize(2);
    assertThat(report.path("paidOutMsat").asLong()).isGreaterThan(DEPOSIT_MSAT * 9 / 10);
  }

  private String eventWithTwoPledges() {
    var group = anna.post("/groups", "{\"name\":\"Tea\"}").body().path("id").asText();
    var invite = anna.get("/groups/" + group + "/invite").body().path("invite").asText();
    var event = anna.post("/events", event(DEPOSIT_MSAT, "")).body().path("event").asText();
    for (var node : List.of(ben, cem)) {
      node.post("/groups/join", "{\"invite\":\"" + invite + "\"}");
    }
    sync();
    assertThat(ben.get("/events/" + event).body().at("/terms/depositMsat").asLong()).isEqualTo(DEPOSIT_MSAT);
    assertThat(ben.get("/events/" + event).body().at("/terms/lockClosesAtMillis").asLong()).isEqualTo(START - 2 * HOUR);
    for (var node : List.of(ben, cem)) {
      assertThat(node.post("/events/" + event + "/rsvp", "").status()).isEqualTo(200);
    }
    Awaitility.await().untilAsserted(() -> {
      sync();
      assertThat(you(ben, event).path("seat").asText()).isEqualTo("confirmed");
      assertThat(you(cem, event).path("seat").asText()).isEqualTo("confirmed");
    });
    return event;
  }

  private void untilState(TestNode node, String event, String state) {
    Awaitility.await().untilAsserted(() -> {
      sync();
      assertThat(you(node, event).at("/deposit/state").asText()).isEqualTo(state);
    });
  }

  private static JsonNode you(TestNode node, String event) {
    for (var person : node.get("/events/" + event).body().path("people")) {
      if (person.path("you").asBoolean()) {
        return person;
      }
    }
    throw new AssertionError("no seat line for this person");
  }

  @Test
  void aDepositThatCannotBeIsRefusedWithTheNumbersAndDustIsWarnedOf() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    assertThat(anna.post("/events", event(0, "")).message()).contains("not 0 msat");
    assertThat(anna.post("/events", event(-5, "")).message()).contains("not -5 msat");
    var large = anna.post("/events", event(600_000_000, ""));
    assertThat(large.code()).isEqualTo("refused");
    assertThat(large.message()).contains("no inbound capacity").contains("klatch channel open").contains("500000");
    var tooLong = anna.post("/events", event(DEPOSIT_MSAT, ",\"lockOpensAtMillis\":" + (START - 100 * HOUR)));
    assertThat(tooLong.code()).isEqualTo("refused");
    assertThat(tooLong.message()).contains("432").contains(Long.toString(START - 100 * HOUR));
    assertThat(anna.post("/events", event(DEPOSIT_MSAT, ",\"lockClosesAtMillis\":" + (START - 13 * HOUR))).message())
        .contains("lock closes").contains("must not be before lock opens");
    assertThat(anna.get("/events").body().path("events")).isEmpty();
    var dust = anna.post("/events", event(999_999, ""));
    assertThat(dust.body().at("/warnings/0/message").asText()).contains("dust");
  }

  /** A deposit for one evening is no deposit for the next, and calling all of them off gives it back. */
  @Test
  void everyEventOfASeriesHasTermsAndDepositsOfItsOwn() {
    var week = Duration.ofDays(7).toMillis();
    var group = anna.post("/groups", "{\"name\":\"Tea\"}").body().path("id").asText();
    var made = anna.post("/events", event(DEPOSIT_MSAT, ",\"repeat\":\"FREQ=WEEKLY;COUNT=3\"")).body().path("events");
    var first = made.get(0).asText();
    var second = made.get(1).asText();
    sync();
    ben.post("/groups/" + group + "/join", "");
    for (var event : List.of(first, second)) {
      assertThat(ben.post("/events/" + event + "/rsvp", "").status()).isEqualTo(200);
    }
    assertThat(ben.get("/events/" + second).body().at("/terms/lockOpensAtMillis").asLong())
        .isEqualTo(START + week - 12 * HOUR);
    now.set(START - 11 * HOUR);
    untilState(ben, first, "offered");
    ben.post("/events/" + first + "/lock", "");
    untilState(ben, first, "held");
    assertThat(ben.post("/events/" + second + "/lock", "").code()).isEqualTo("refused");
    assertThat(you(ben, second).has("deposit")).isFalse();
    assertThat(anna.post("/events/" + first + "/edit", "{\"following\":true,\"place\":\"Hall 7\"}").body()
        .path("events")).hasSize(3);
    assertThat(
        anna.post("/events/" + second + "/edit", "{\"following\":true,\"startsAtMillis\":" + (START + week + HOUR)
            + "}").message())
        .startsWith("number 2 of the series: the deposits hang on this event's times");
    assertThat(anna.post("/events/" + first + "/cancel", "{\"following\":true}").body().path("events")).hasSize(3);
    untilState(ben, first, "released");
  }

  @Test
  void anEventWithoutDepositsHasNoMoneyRoutes() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var free = anna.post("/events", "{\"title\":\"Free\",\"zone\":\"UTC\",\"capacity\":5,\"startsAtMillis\":" + START
        + ",\"endsAtMillis\":" + END + "}").body().path("event").asText();
    for (var path : List.of("/lock", "/settle")) {
      assertThat(anna.post("/events/" + free + path, "").message()).isEqualTo("this event has no deposits");
    }
    for (var path : List.of("/audit", "/report")) {
      assertThat(anna.get("/events/" + free + path).code()).isEqualTo("refused");
    }
    assertThat(anna.get("/status").body().at("/lightning/balanceMsat").asLong()).isEqualTo(500_000_000);
  }

  @Test
  void whileLightningStartsWhateverNeedsItIsAskedToComeAgain() {
    var event = eventWithTwoPledges();
    var running = anna.money;
    anna.money = new ApiParts.MoneyState.Starting();

    for (var reply : List.of(anna.get("/events/" + event), anna.get("/events/" + event + "/report"),
        anna.post("/events/" + event + "/settle", ""))) {
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.code()).isEqualTo("unavailable");
      assertThat(reply.message()).contains("still starting").contains("try again");
    }
    assertThat(anna.get("/status").body().has("lightning")).isFalse();
    assertThat(anna.get("/groups").status()).isEqualTo(200);

    anna.money = running;
    assertThat(anna.get("/events/" + event).status()).isEqualTo(200);
    assertThat(anna.get("/status").body().has("lightning")).isTrue();
  }

  private static String event(long depositMsat, String more) {
    return "{\"title\":\"First cup\",\"zone\":\"Europe/Berlin\",\"capacity\":5,\"startsAtMillis\":" + START
        + ",\"endsAtMillis\":" + END + ",\"depositMsat\":" + depositMsat + more + "}";
  }
}
