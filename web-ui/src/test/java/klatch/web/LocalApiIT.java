package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API over real HTTP: who gets in, what is refused, and every route. */
@Timeout(30)
final class LocalApiIT {
  private static final long NOON = 1_800_000_000_000L;
  private static final long WEEK = Duration.ofDays(7).toMillis();
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final AtomicLong now = new AtomicLong(NOON);
  private final TestNode anna = new TestNode(now, Optional.empty());
  private final TestNode ben = new TestNode(now, Optional.empty());

  @AfterEach
  void close() {
    anna.close();
    ben.close();
  }

  @Test
  void withoutTheTokenNothingIsTold() {
    var root = anna.api.url() + LocalApi.ROOT + "/status";
    var none = anna.send(HttpRequest.newBuilder(java.net.URI.create(root)));
    var wrong = anna
        .send(HttpRequest.newBuilder(java.net.URI.create(root)).header("Authorization", "Bearer " + ben.api.token()));
    var shorter = anna.send(HttpRequest.newBuilder(java.net.URI.create(root)).header("Authorization",
        "Bearer " + anna.api.token().substring(1)));
    for (var reply : new TestNode.Reply[]{none, wrong, shorter}) {
      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.code()).isEqualTo("unauthorized");
      assertThat(reply.body().size()).isEqualTo(1);
    }
  }

  @Test
  void aForeignHostNameIsTurnedAwayEvenWithTheToken() throws Exception {
    assertThat(raw("GET /api/v1/status HTTP/1.1\r\nHost: evil.example:80\r\nAuthorization: Bearer " + anna.api.token()
        + "\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 403").contains("\"forbidden\"");
    assertThat(raw("GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("GET / HTTP/1.1\r\nHost: LOCALHOST:1\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 200")
        .contains("<!doctype html>");
  }

  @Test
  void aBodyThatIsNotWhatTheRouteTakesIsRefusedByName() {
    assertThat(anna.post("/groups", "{\"name\":").message()).contains("not JSON").contains("line 1");
    assertThat(anna.post("/groups", "{\"name\":\"a\"} {}").code()).isEqualTo("invalid");
    assertThat(anna.post("/groups", "{\"nmae\":\"a\"}").message()).contains("nmae")
        .contains("description, invitedOnly, name, tags");
    assertThat(anna.post("/groups", "{\"name\":\"a\",\"name\":\"b\"}").code()).isEqualTo("invalid");
    assertThat(anna.post("/groups", "[]").code()).isEqualTo("invalid");
    assertThat(anna.post("/groups", "{\"name\":7}").message()).contains("name");
    assertThat(anna.post("/groups", "").message()).contains("'name' is missing");
    assertThat(anna.post("/groups", "{\"name\":\"" + "x".repeat(121) + "\"}").message()).contains("120")
        .contains("121");
    assertThat(anna.post("/groups", "{\"name\":\"a\\u202eb\"}").message()).contains("U+202E");
    assertThat(anna.get("/groups").body().at("/groups")).isEmpty();
  }

  @Test
  void anOversizeBodyIsRefusedWithTheBoundAndTheApiGoesOn() {
    var large = "{\"name\":\"" + "x".repeat(Limits.BODY_BYTES) + "\"}";
    var declared = anna.post("/groups", large);
    assertThat(declared.status()).isEqualTo(400);
    assertThat(declared.message()).contains("262155").contains("262144");
    var bytes = large.getBytes(StandardCharsets.UTF_8);
    var chunked = anna.send(anna.request("/groups")
        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(bytes))));
    assertThat(chunked.message()).contains("more than the allowed 262144 bytes");
    assertThat(anna.get("/groups").status()).isEqualTo(200);
  }

  @Test
  void whatDoesNotExistIsNotFound() {
    var unknown = "ab".repeat(32);
    assertThat(anna.get("/nothing").code()).isEqualTo("not_found");
    assertThat(anna.post("/status", "{}").message()).isEqualTo("/status does not take POST");
    assertThat(anna.get("/events/" + unknown).message()).contains(unknown);
    assertThat(anna.post("/events/" + unknown + "/rsvp", "").status()).isEqualTo(404);
    assertThat(anna.get("/groups/" + unknown + "/invite").code()).isEqualTo("not_found");
    assertThat(anna.get("/events/xyz").code()).isEqualTo("invalid");
    assertThat(anna.get("/events/" + "a".repeat(4000)).message()).hasSizeLessThan(200);
  }

  @Test
  void theStatusNamesTheNodeAndItsPeers() {
    var address = ben.host.listenAddresses().getFirst().toString();
    assertThat(anna.post("/peers", "{\"multiaddr\":\"" + address + "\"}").body().path("peerId").asText())
        .isEqualTo(ben.host.id().toString());
    var status = anna.get("/status").body();
    assertThat(status.path("network").asText()).isEqualTo("regtest");
    assertThat(status.path("peerId").asText()).isEqualTo(anna.host.id().toString());
    assertThat(status.path("person").asText()).isEqualTo(anna.meetup.self().toString());
    assertThat(status.at("/peers/0/peerId").asText()).isEqualTo(ben.host.id().toString());
    assertThat(status.at("/listen/0").asText()).isEqualTo(anna.host.listenAddresses().getFirst().toString());
    assertThat(status.path("nowMillis").asLong()).isEqualTo(NOON);
    assertThat(status.has("lightning")).isFalse();
  }

  @Test
  void aPeerThatCannotBeReachedIsUnavailableAndGarbageIsInvalid() throws Exception {
    int closedPort;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closedPort = socket.getLocalPort();
    }
    assertThat(anna.post("/peers", "{\"multiaddr\":\"/ip4/127.0.0.1/tcp/" + closedPort + "\"}").code())
        .isEqualTo("unavailable");
    assertThat(anna.post("/peers", "{\"multiaddr\":\"nonsense\"}").code()).isEqualTo("invalid");
  }

  @Test
  void aMeetupWithoutMoneyFromInviteToCheckIn() {
    anna.post("/profile", "{\"nickname\":\"Anna\"}");
    var group = anna.post("/groups", "{\"name\":\"Tea\"}").body();
    assertThat(group.path("yours").asBoolean()).isTrue();
    assertThat(group.at("/members/0/nickname").asText()).isEqualTo("Anna");

    var invite = anna.get("/groups/" + group.path("id").asText() + "/invite").body().path("invite").asText();
    var joined = ben.post("/groups/join", "{\"invite\":\"" + invite + "\"}").body();
    assertThat(joined.path("group")).isEqualTo(group.path("id"));
    assertThat(joined.at("/connectedTo/0").asText()).isEqualTo(anna.host.id().toString());

    var event = anna.post("/events", event("\"capacity\":1")).body().path("event").asText();
    TestNode.exchange(anna, ben);
    assertThat(ben.get("/groups").body().at("/groups/0/name").asText()).isEqualTo("Tea");
    assertThat(ben.get("/events").body().at("/events/0/title").asText()).isEqualTo("First cup");

    assertThat(ben.get("/events/" + event + "/door").code()).as("no door, no seat").isEqualTo("refused");
    assertThat(ben.post("/events/" + event + "/rsvp", "").body().path("seat").asText()).isEqualTo("undecided");
    assertThat(ben.post("/events/" + event + "/rsvp", "").code()).isEqualTo("conflict");
    org.awaitility.Awaitility.await().untilAsserted(() -> {
      TestNode.exchange(anna, ben);
      assertThat(ben.get("/events").body().at("/events/0/yourSeat").asText()).isEqualTo("confirmed");
    });

    assertThat(ben.get("/events/" + event + "/door").status()).as("whoever has a seat has a code too").isEqualTo(200);
    now.set(NOON + 24 * HOUR);
    var frame = anna.get("/events/" + event + "/door").body().path("frame").asText();
    assertThat(ben.post("/events/" + event + "/checkin", "{}").message()).contains("'frame' is missing");
    assertThat(ben.post("/events/" + event + "/checkin", "{\"frame\":\"KLATCH:C1:AAAA\"}").code()).isEqualTo("invalid");
    var checkedIn = ben.post("/events/" + event + "/checkin", "{\"frame\":\"" + frame + "\"}");
    assertThat(checkedIn.body().path("present").asBoolean()).as(checkedIn.toString()).isTrue();
    var person = anna.get("/events/" + event).body().at("/people/0");
    assertThat(person.path("present").asBoolean()).isTrue();
    assertThat(person.path("seat").asText()).isEqualTo("confirmed");
    assertThat(anna.post("/events/" + event + "/checkin", "{\"frame\":\"" + frame + "\"}").message())
        .contains("your own code");
  }

  @Test
  void aStaleFrameIsRefusedAndNothingIsWritten() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var event = anna.post("/events", event("\"capacity\":1")).body().path("event").asText();
    TestNode.exchange(anna, ben);
    now.set(NOON + 24 * HOUR);
    var frame = anna.get("/events/" + event + "/door").body().path("frame").asText();
    now.addAndGet(60_000);
    var late = ben.post("/events/" + event + "/checkin", "{\"frame\":\"" + frame + "\"}");
    assertThat(late.code()).isEqualTo("refused");
    assertThat(late.message()).contains("60000 ms old, at most 15000");
    assertThat(anna.get("/events/" + event).body().path("people")).isEmpty();
  }

  @Test
  void anEventOutsideItsBoundsIsRefusedWithTheReason() {
    assertThat(anna.post("/events", event("\"capacity\":1")).message()).contains("founded 0 groups");
    anna.post("/groups", "{\"name\":\"Tea\"}");
    assertThat(anna.post("/events", event("\"capacity\":0")).message()).contains("capacity");
    assertThat(anna.post("/events", "{\"title\":\"x\",\"zone\":\"UTC\",\"capacity\":1,\"endsAtMillis\":5}").message())
        .contains("startsAtMillis");
    assertThat(anna.post("/events", event("\"capacity\":1.5")).code()).isEqualTo("invalid");
    assertThat(anna.post("/events", event("\"capacity\":\"1\"")).code()).isEqualTo("invalid");
    assertThat(anna.post("/events", event("\"capacity\":1,\"lockOpensAtMillis\":1")).message())
        .contains("'depositMsat' is missing");
    var deposit = anna.post("/events", event("\"capacity\":1,\"depositMsat\":1000000"));
    assertThat(deposit.code()).isEqualTo("unavailable");
    assertThat(deposit.message()).contains("no Lightning node connected");
    assertThat(anna.get("/events").body().path("events")).isEmpty();
  }

  @Test
  void cancellingIsForTheOrganiserAndOnce() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var event = anna.post("/events", event("\"capacity\":1")).body().path("event").asText();
    TestNode.exchange(anna, ben);
    assertThat(ben.post("/events/" + event + "/cancel", "{}").code()).isEqualTo("refused");
    assertThat(anna.post("/events/" + event + "/cancel", "{\"reason\":\"Rain\"}").status()).isEqualTo(200);
    assertThat(anna.get("/events/" + event).body().path("cancelReason").asText()).isEqualTo("Rain");
    assertThat(anna.post("/events/" + event + "/cancel", "{}").code()).isEqualTo("conflict");
    assertThat(anna.post("/events/" + event + "/rsvp", "").code()).isEqualTo("conflict");
  }

  @Test
  void anEditTellsThoseWhoPledgedWhatChanged() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var event = anna.post("/events", event("\"capacity\":2,\"guestsPerPledge\":1,\"questions\":[\"Milk?\"]")).body()
        .path("event").asText();
    TestNode.exchange(anna, ben);
    var path = "/events/" + event;
    assertThat(ben.post(path + "/rsvp", "").message()).contains("asks 1 questions, there are 0 answers");
    assertThat(ben.post(path + "/rsvp", "{\"guests\":2,\"answers\":[\"\"]}").message())
        .contains("0 to 1 guests, not 2");
    assertThat(ben.post(path + "/rsvp", "{\"guests\":1,\"answers\":[\"Oat\"]}").status()).isEqualTo(200);
    assertThat(ben.post(path + "/edit", "{\"title\":\"Mine\"}").code()).isEqualTo("refused");

    var edited = anna.post(path + "/edit", "{\"place\":\"Garden\",\"startsAtMillis\":" + (NOON + 25 * HOUR) + "}");
    assertThat(edited.body().path("version").asInt()).as(edited.toString()).isEqualTo(2);
    org.awaitility.Awaitility.await().untilAsserted(() -> {
      TestNode.exchange(anna, ben);
      assertThat(ben.get(path).body().at("/summary/yourSeat").asText()).isEqualTo("confirmed");
    });
    var seen = ben.get(path).body();
    assertThat(seen.at("/summary/confirmed").asInt()).isEqualTo(2);
    assertThat(seen.at("/summary/changedSinceRsvp")).extracting(change -> change.path("field").asText())
        .containsExactly("place", "starts", "ends", "check_in_opens", "check_in_closes");
    assertThat(seen.at("/summary/endsAtMillis").asLong()).as("moves along").isEqualTo(NOON + 27 * HOUR);
    assertThat(seen.at("/versions/0/changes/0/after").asText()).isEqualTo("Garden");
    assertThat(seen.at("/people/0/guests").asInt()).isEqualTo(1);
    assertThat(seen.at("/people/0").has("answers")).as("for the host alone").isFalse();
    assertThat(anna.get(path).body().at("/people/0/answers/0").asText()).isEqualTo("Oat");
    assertThat(anna.get(path).body().at("/summary/changedSinceRsvp")).isEmpty();

    assertThat(anna.post(path + "/edit", "{\"capacity\":1}").message()).contains("2 seats are taken");
    assertThat(ben.post(path + "/withdraw", "").body().path("seat").asText()).isEqualTo("leaving");
    assertThat(ben.post(path + "/withdraw", "").code()).isEqualTo("conflict");
  }

  @Test
  void aSeriesIsAnnouncedEditedAndCalledOffFromOneEventOn() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var start = NOON + 24 * HOUR;
    var dates = anna.post("/events/dates", "{\"repeat\":\"count=4;freq=weekly\",\"zone\":\"Europe/Berlin\","
        + "\"startsAtMillis\":" + start + "}").body();
    assertThat(dates.path("repeat").asText()).isEqualTo("FREQ=WEEKLY;COUNT=4");
    assertThat(dates.path("startsAtMillis")).extracting(JsonNode::asLong).containsExactly(start, start + WEEK,
        start + 2 * WEEK, start + 3 * WEEK);
    for (var wrong : List.of("FREQ=HOURLY;COUNT=4", "FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=101",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=4")) {
      var refused = anna.post("/events", event("\"capacity\":2,\"repeat\":\"" + wrong + "\""));
      assertThat(refused.code()).as(wrong + refused).isEqualTo("invalid");
    }
    assertThat(anna.get("/events").body().path("events")).isEmpty();

    var made = anna.post("/events", event("\"capacity\":2,\"repeat\":\"FREQ=WEEKLY;COUNT=4\",\"hiddenPlace\":\"Cellar\""
        + ",\"rsvpClosesAtMillis\":" + (start - HOUR))).body();
    var ids = made.path("events").valueStream().map(JsonNode::asText).toList();
    assertThat(ids).hasSize(4).first().isEqualTo(made.path("event").asText());
    var third = anna.get("/events/" + ids.get(2)).body();
    assertThat(third.at("/summary/occurrence").toString())
        .isEqualTo(
            "{\"series\":\"" + ids.getFirst() + "\",\"number\":3,\"of\":4,\"repeat\":\"FREQ=WEEKLY;COUNT=4\"}");
    assertThat(third.path("series")).extracting(one -> one.path("event").asText()).isEqualTo(ids);
    assertThat(third.at("/summary/rsvpClosesAtMillis").asLong()).isEqualTo(start + 2 * WEEK - HOUR);
    assertThat(third.path("hiddenPlace").asText()).isEqualTo("Cellar");

    TestNode.exchange(anna, ben);
    assertThat(ben.post("/events/" + ids.get(3) + "/rsvp", "").status()).isEqualTo(200);
    TestNode.exchange(anna, ben);
    anna.post("/events/" + ids.get(2) + "/edit", "{\"title\":\"Open air\"}");
    var edited = anna
        .post("/events/" + ids.get(1) + "/edit", "{\"following\":true,\"title\":\"First cup\",\"place\":\"Garden\","
            + "\"capacity\":3,\"startsAtMillis\":" + (start + WEEK + HOUR) + ",\"hiddenPlace\":\"Roof\"}")
        .body();
    assertThat(edited.path("events")).extracting(JsonNode::asText).isEqualTo(ids.subList(1, 4));
    TestNode.exchange(anna, ben);
    var told = ben.get("/events/" + ids.get(3)).body();
    assertThat(told.at("/summary/changedSinceRsvp")).extracting(change -> change.path("field").asText())
        .containsExactly("place", "starts", "ends", "check_in_opens", "check_in_closes", "rsvp_closes");
    assertThat(told.at("/summary/startsAtMillis").asLong()).isEqualTo(start + 3 * WEEK + HOUR);
    var own = anna.get("/events/" + ids.get(2)).body();
    assertThat(own.at("/summary/title").asText()).as("what was not changed stays").isEqualTo("Open air");
    assertThat(own.at("/summary/capacity").asInt()).isEqualTo(3);
    assertThat(own.path("hiddenPlace").asText()).isEqualTo("Roof");
    assertThat(anna.get("/events/" + ids.getFirst()).body().path("hiddenPlace").asText()).isEqualTo("Cellar");

    assertThat(ben.post("/events/" + ids.get(1) + "/cancel", "{\"following\":true}").code()).isEqualTo("refused");
    assertThat(anna.post("/events/" + ids.get(1) + "/cancel", "{\"following\":true}").body().path("events")).hasSize(3);
    TestNode.exchange(anna, ben);
    assertThat(ben.get("/events").body().path("events")).extracting(one -> one.path("cancelled").asBoolean())
        .containsExactly(false, true, true, true);
    assertThat(anna.get("/events/" + ids.get(1) + "/calendar").body().path("ics").asText().replace("\r\n ", ""))
        .contains("RELATED-TO;RELTYPE=SIBLING:" + ids.getFirst()).doesNotContain("RRULE");
  }

  @Test
  void anInviteWhoseAddressesAreDeadIsFollowedWithAWarning() {
    var group = anna.post("/groups", "{\"name\":\"Tea\"}").body().path("id").asText();
    var invite = anna.get("/groups/" + group + "/invite").body().path("invite").asText();
    anna.host.close();
    var joined = ben.post("/groups/join", "{\"invite\":\"" + invite + "\"}").body();
    assertThat(joined.path("connectedTo")).isEmpty();
    assertThat(joined.path("warnings")).hasSize(1);
    assertThat(ben.store.topics()).extracting(Object::toString).contains(group);
    assertThat(ben.post("/groups/join", "{\"invite\":\"" + invite.substring(0, 40) + "\"}").code())
        .isEqualTo("invalid");
  }

  @Test
  void aTakenPortIsSaidWithItsNumber() {
    int taken = anna.api.url().getPort();
    var parts = new ApiParts(anna.meetup, new klatch.meetup.checkin.CheckIn(anna.meetup,
        klatch.libp2p.Ed25519Key.generate(), anna.clock, klatch.meetup.checkin.Beacon.none()), anna.host,
        ApiParts.MoneyState.None::new, anna, anna.clock);
    assertThatThrownBy(() -> LocalApi.start(parts, taken)).isInstanceOf(ApiPortException.class)
        .hasMessageContaining("port " + taken + " is taken");
  }

  @Test
  void shutdownIsPassedOn() throws Exception {
    assertThat(anna.post("/shutdown", "").body().path("stopping").asBoolean()).isTrue();
    assertThat(anna.stopped.await(5, TimeUnit.SECONDS)).isTrue();
  }

  /** An event tomorrow from 12 to 14 o'clock. */
  private static String event(String more) {
    return "{\"title\":\"First cup\",\"zone\":\"Europe/Berlin\",\"startsAtMillis\":" + (NOON + 24 * HOUR)
        + ",\"endsAtMillis\":" + (NOON + 26 * HOUR) + "," + more + "}";
  }

  private String raw(String request) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), anna.api.url().getPort())) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      return String.join("\n", in.lines().toList());
    }
  }
}
