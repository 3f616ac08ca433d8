package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A page's camera at the door, by the API alone; the two nodes have no connection. */
@Timeout(30)
final class DoorRoutesIT {
  private static final long NOON = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final AtomicLong now = new AtomicLong(NOON);
  private final TestNode anna = new TestNode(now, Optional.empty());
  private final TestNode ben = new TestNode(now, Optional.empty());

  @AfterEach
  void close() {
    ben.close();
    anna.close();
  }

  private String event(String rule) {
    ben.post("/profile", "{\"nickname\":\"Ben\"}");
    ben.post("/groups/join", "{\"invite\":\"" + invite() + "\"}");
    var event = anna.post("/events", "{\"title\":\"Tea\",\"startsAtMillis\":" + (NOON + HOUR) + ",\"endsAtMillis\":"
        + (NOON + 3 * HOUR) + ",\"zone\":\"UTC\",\"capacity\":3,\"presence\":\"" + rule + "\"}").body().path("event")
        .asText();
    TestNode.exchange(anna, ben);
    ben.post("/events/" + event + "/rsvp", "");
    Awaitility.await().untilAsserted(() -> {
      TestNode.exchange(anna, ben);
      assertThat(ben.get("/events").body().at("/events/0/yourSeat").asText()).isEqualTo("confirmed");
    });
    now.set(NOON + HOUR);
    return event;
  }

  private String invite() {
    var group = anna.post("/groups", "{\"name\":\"Tea\"}").body().path("id").asText();
    return anna.get("/groups/" + group + "/invite").body().path("invite").asText();
  }

  private static String shown(TestNode node, String event) {
    return node.get("/events/" + event + "/door").body().path("frame").asText();
  }

  private static TestNode.Reply scan(TestNode node, String event, String frame) {
    return node.post("/events/" + event + "/scan", "{\"frame\":\"" + frame + "\"}");
  }

  @Test
  void threeScansByTheApiCheckIn() {
    var event = event("door");
    var answer = scan(ben, event, shown(anna, event)).body();
    assertThat(answer.path("step").asText()).isEqualTo("answered");
    assertThat(answer.path("validUntilMillis").asLong()).isEqualTo(NOON + HOUR + 15_000);
    assertThat(answer.path("youPresent").asBoolean()).isFalse();
    var signed = scan(anna, event, answer.path("frame").asText()).body();
    assertThat(signed.path("step").asText()).isEqualTo("signed");
    assertThat(signed.path("nickname").asText()).isEqualTo("Ben");
    assertThat(signed.path("present").asBoolean()).isTrue();
    var done = scan(ben, event, signed.path("frame").asText()).body();
    assertThat(done.path("step").asText()).isEqualTo("done");
    assertThat(done.path("youPresent").asBoolean()).isTrue();
    assertThat(scan(ben, event, shown(anna, event)).body().path("step").asText()).isEqualTo("already");
  }

  @Test
  void theDoorMayScanTheGuestsCodeAndUndoIt() {
    var event = event("door");
    var answer = scan(anna, event, shown(ben, event)).body();
    var signed = scan(ben, event, answer.path("frame").asText()).body();
    assertThat(scan(anna, event, signed.path("frame").asText()).body().path("present").asBoolean()).isTrue();
    var bens = ben.meetup.self().toString();
    assertThat(ben.post("/events/" + event + "/undo", "{\"person\":\"" + bens + "\"}").code()).isEqualTo("refused");
    var undone = anna.post("/events/" + event + "/undo", "{\"person\":\"" + bens + "\",\"reason\":\"not him\"}");
    assertThat(undone.body().path("present").asBoolean()).isFalse();
    assertThat(anna.post("/events/" + event + "/undo", "{\"person\":\"" + bens + "\"}").code())
        .isEqualTo("conflict");
    var report = anna.get("/events/" + event + "/presence").body();
    assertThat(report.at("/undone/0").asText()).isEqualTo(bens);
  }

  @Test
  void theDoorLetsSomebodyInByHandForEverybodyToSeeAndTakesItBack() {
    var event = event("door");
    var path = "/events/" + event + "/by-hand";
    var bens = "{\"person\":\"" + ben.meetup.self() + "\",\"reason\":\"phone is flat\"}";
    assertThat(ben.post(path, bens).code()).as("no door").isEqualTo("refused");
    assertThat(ben.get("/events/" + event + "/door").body().path("byHand").asBoolean()).isFalse();
    assertThat(anna.get("/events/" + event + "/door").body().path("byHand").asBoolean()).isTrue();
    assertThat(anna.post(path, "{\"person\":\"" + anna.meetup.self() + "\"}").message()).contains("no seat");
    assertThat(anna.post(path, bens).body().path("present").asBoolean()).isTrue();
    assertThat(anna.post(path, bens).body().path("written").asBoolean()).as("again").isFalse();
    TestNode.exchange(anna, ben);
    var report = ben.get("/events/" + event + "/presence").body();
    assertThat(report.at("/people/0/byHand/0").asText()).isEqualTo(anna.meetup.self().toString());
    assertThat(report.at("/people/0/says").asText()).contains("by hand");
    assertThat(anna.post("/events/" + event + "/undo", bens).body().path("present").asBoolean()).isFalse();
    now.set(NOON + 3 * HOUR);
    assertThat(anna.post(path, bens).message()).contains("check-in is open from");
  }

  @Test
  void byTheRulePeersNobodyIsLetInByHand() {
    var event = event("peers");
    assertThat(anna.post("/events/" + event + "/by-hand", "{\"person\":\"" + ben.meetup.self() + "\"}").message())
        .contains("counts for nothing");
    assertThat(anna.get("/events/" + event + "/door").body().path("byHand").asBoolean()).isFalse();
  }

  @Test
  void theReportSaysWhatIsMissingByTheRulePeers() {
    var event = event("peers");
    var answer = scan(ben, event, shown(anna, event)).body();
    scan(anna, event, answer.path("frame").asText());
    var report = anna.get("/events/" + event + "/presence").body();
    assertThat(report.path("rule").asText()).isEqualTo("peers");
    assertThat(report.at("/people/0/nickname").asText()).isEqualTo("Ben");
    assertThat(report.at("/people/0/present").asBoolean()).as("nobody else is there").isTrue();
    assertThat(report.at("/people/0/says").asText()).isEqualTo("encounters that count: 1, needed: 1");
    assertThat(anna.post("/events", "{\"title\":\"Tea\",\"presence\":\"some\"}").code()).isEqualTo("invalid");
  }

  @Test
  void aWrongFrameIsRefusedWithItsReason() {
    var event = event("door");
    var frame = shown(anna, event);
    assertThat(scan(anna, event, frame).message()).contains("your own code");
    assertThat(scan(ben, event, "hello").code()).isEqualTo("invalid");
    now.addAndGet(60_000);
    assertThat(scan(ben, event, frame).message()).contains("at most 15000");
    assertThat(ben.post("/events/" + event + "/scan", "{}").message()).contains("'frame' is missing");
  }
}
