package klatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.TimeText;
import klatch.log.Entry;
import klatch.web.TestNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against two running nodes' real APIs: what they print, and how they exit. */
@Timeout(30)
final class CommandsIT {
  private static final long DAY = 24L * 60 * 60 * 1000;
  private static final long START = TimeText.moment("2026-12-01T18:00Z", java.time.ZoneId.of("UTC"));

  @TempDir
  Path anna;

  @TempDir
  Path ben;

  private final AtomicLong now = new AtomicLong(START - DAY);
  private final TestNode annasNode = new TestNode(now, Optional.empty());
  private final TestNode bensNode = new TestNode(now, Optional.empty());

  @BeforeEach
  void writeApiFiles() throws Exception {
    write(anna, annasNode);
    write(ben, bensNode);
  }

  private static void write(Path dataDir, TestNode node) throws Exception {
    Files.writeString(dataDir.resolve(ApiClient.ApiFile.NAME),
        Json.line(new ApiClient.ApiFile(node.api.url().toString(), node.api.token())));
  }

  @AfterEach
  void close() {
    annasNode.close();
    bensNode.close();
  }

  /** What a command did. */
  private record Ran(int exitCode, String out, String err) {
    JsonNode json() {
      var lines = out.lines().toList();
      try {
        return Json.MAPPER.readTree(lines.getLast());
      } catch (java.io.IOException e) {
        throw new AssertionError("the last line is not JSON: " + out, e);
      }
    }
  }

  private static Ran run(Path dataDir, String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var all = new ArrayList<>(List.of(args));
    all.add("--data-dir");
    all.add(dataDir.toString());
    int exitCode = Commands.of(options -> {
      throw new AssertionError("no command but up starts a node");
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(all.toArray(String[]::new));
    return new Ran(exitCode, out.toString(), err.toString());
  }

  private static Ran ok(Path dataDir, String... args) {
    var ran = run(dataDir, args);
    assertThat(ran.exitCode()).as(ran.toString()).isZero();
    return ran;
  }

  @Test
  void peopleAreKnownByTheirPictureTagsAndTheNameIGaveThem() throws Exception {
    var photo = anna.resolve("photo.png");
    javax.imageio.ImageIO.write(new java.awt.image.BufferedImage(900, 600, java.awt.image.BufferedImage.TYPE_INT_ARGB),
        "png", photo.toFile());
    assertThat(ok(anna, "profile").out()).contains("You have no name yet.");
    var said = ok(anna, "profile", "--nickname", "Anna", "--tag", "Go", "--tag", "tea", "--picture", photo.toString());
    assertThat(said.out()).contains("You are Anna.").contains("go, tea").containsPattern("picture +yes");
    assertThat(ok(anna, "profile", "--no-picture").out()).containsPattern("picture +none");
    ok(anna, "group", "create", "Tea");
    var event = ok(anna, "event", "create", "Cup", "--start", "2026-12-01 19:00", "--zone", "UTC", "--cover",
        photo.toString(), "--json").json().path("event").asText();
    assertThat(annasNode.get("/events/" + event).body().at("/summary/cover").asText()).hasSize(64);
    ok(anna, "event", "edit", event, "--no-cover");
    assertThat(annasNode.get("/events/" + event).body().path("summary").has("cover")).isFalse();
    assertThat(run(anna, "profile", "--picture", anna.resolve("api.json").toString()).err()).contains("no JPEG or PNG");

    ok(ben, "profile", "--nickname", "Ben");
    var group = ok(anna, "group", "create", "Go club", "--tag", "go", "--json").json().path("id").asText();
    TestNode.exchange(annasNode, bensNode);
    var id = annasNode.meetup.self().toString();
    assertThat(ok(ben, "person", "list").out()).contains("Nobody yet.");
    assertThat(ok(ben, "person", "follow", id.substring(0, 8)).out()).contains("You follow Anna");
    assertThat(ok(ben, "person", "name", id, "Aunt Anna").out()).contains("Aunt Anna, calls themselves Anna");
    assertThat(ok(ben, "person", "list").out()).contains("Aunt Anna").contains("followed");
    var found = ok(ben, "find", "--tag", "GO").out();
    assertThat(found).contains("person  Aunt Anna").contains("group   Go club  " + group.substring(0, 12));
    assertThat(ok(ben, "group", "join", group).out())
        .contains("You follow the group Go club (" + group.substring(0, 12));
    assertThat(ok(ben, "find", "--tag", "poker").out()).contains("Nothing that your node knows");
    assertThat(ok(ben, "person", "unfollow", id).out()).contains("no more");
    assertThat(ok(ben, "person", "name", id, "").out()).doesNotContain("Aunt");
  }

  @Test
  void everythingOfOnesOwnCanBeTakenAway() throws Exception {
    ok(anna, "profile", "--nickname", "Anna");
    ok(anna, "group", "create", "Tea");
    var event = ok(anna, "event", "create", "First cup", "--start", "2026-12-01 19:00", "--json").json().path("event")
        .asText();
    var file = anna.resolve("mine.json");
    assertThat(ok(anna, "export", file.toString()).out()).contains("entries of yours");
    var mine = Json.MAPPER.readTree(Files.readString(file));
    assertThat(mine.at("/profile/nickname").asText()).isEqualTo("Anna");
    assertThat(mine.at("/groups/groups/0/name").asText()).isEqualTo("Tea");
    assertThat(mine.at("/events/0/event/summary/id").asText()).isEqualTo(event);
    assertThat(mine.has("payments")).as("of a node without Lightning").isFalse();
    var decoder = Base64.getDecoder();
    for (var signed : mine.path("entries")) {
      var entry = Entry.decode(decoder.decode(signed.path("header").asText()),
          decoder.decode(signed.path("payload").asText()));
      assertThat(entry.id().toString()).isEqualTo(signed.path("id").asText());
      assertThat(entry.device()).isEqualTo(annasNode.meetup.self());
    }
    assertThat(mine.path("entries").findValuesAsText("id")).contains(event);
    assertThat(run(anna, "export", file.toString()).exitCode()).as("nothing is overwritten")
        .isEqualTo(ExitCode.REFUSED);
  }

  @Test
  void aSeriesFromTheCommandLine() {
    ok(anna, "group", "create", "Tea");
    var wrong = run(anna, "event", "create", "Cup", "--start", "2026-12-01 19:00", "--repeat", "FREQ=WEEKLY");
    assertThat(wrong.exitCode()).isNotZero();
    assertThat(wrong.err()).contains("COUNT=6").contains("UNTIL=20271231");
    var made = ok(anna, "event", "create", "Cup", "--start", "2026-12-01 19:00", "--zone", "Europe/Berlin", "--repeat",
        "FREQ=MONTHLY;BYDAY=1TU;COUNT=3");
    assertThat(made.out()).contains("repeats 3 events, each with seats of its own");
    assertThat(ok(anna, "event", "list").out()).containsPattern("Cup \\(2 of 3\\) +Tue 5 Jan 2027 19:00");
    var ids = annasNode.get("/events").body().path("events").valueStream().map(one -> one.path("id").asText()).toList();
    assertThat(ok(anna, "event", "show", ids.get(1)).out())
        .contains("number 2 of 3, every month (FREQ=MONTHLY;BYDAY=1TU;COUNT=3)")
        .contains(ids.get(2).substring(0, 12) + "  Tue 2 Feb 2027 19:00");
    assertThat(ok(anna, "event", "edit", ids.get(1), "--place", "Roof", "--following").out())
        .contains("1 event that follows");
    assertThat(ok(anna, "event", "cancel", ids.get(1), "--following").out()).startsWith("Cancelled 2 events.");
    assertThat(annasNode.get("/events/" + ids.getFirst()).body().at("/summary/cancelled").asBoolean()).isFalse();
    assertThat(annasNode.get("/events/" + ids.get(2)).body().at("/summary/place").asText()).isEqualTo("Roof");
  }

  @Test
  void aMeetupFromTheCommandLine() {
    assertThat(ok(anna, "profile", "--nickname", "Anna").out()).startsWith("You are Anna.");
    ok(ben, "profile", "--nickname", "Ben");
    var group = ok(anna, "group", "create", "Tea", "--json").json().path("id").asText();
    var invite = ok(anna, "group", "invite", group.substring(0, 6)).out().strip();
    assertThat(ok(ben, "group", "join", invite).out()).contains("You follow the group " + group.substring(0, 12));
    TestNode.exchange(annasNode, bensNode);
    assertThat(ok(ben, "group", "list").out()).containsPattern("Tea +2 +0");

    var event = ok(anna, "event", "create", "First cup", "--start", "2026-12-01 19:00", "--zone", "Europe/Berlin",
        "--place", "Corner", "--capacity", "2", "--json").json().path("event").asText();
    TestNode.exchange(annasNode, bensNode);
    assertThat(ok(ben, "event", "list").out())
        .containsPattern(event.substring(0, 12) + " +First cup +Tue 1 Dec 2026 19:00 Europe/Berlin +0/2 +none");
    assertThat(ok(ben, "rsvp", event.substring(0, 8)).out()).contains("Your pledge is signed");
    Awaitility.await().untilAsserted(() -> {
      TestNode.exchange(annasNode, bensNode);
      assertThat(ok(ben, "event", "list").out()).contains("confirmed");
    });

    now.set(START);
    var frame = ok(anna, "door", event).out().strip();
    assertThat(ok(ben, "checkin", event, "--frame", frame).out()).contains("You are checked in.");
    assertThat(ok(ben, "checkin", event, "--offline", "--frame", frame).out()).contains("nothing more is needed");
    assertThat(ok(anna, "presence", event).out()).containsPattern("present  Ben \\([0-9a-f]{6}\\): met the door");
    var person = ok(ben, "status", "--json").json().path("person").asText();
    assertThat(ok(anna, "door", event, "--undo", person, "--reason", "not him").out()).contains("is undone");
    assertThat(ok(anna, "presence", event).out()).contains("was undone").doesNotContain("Ben");
    TestNode.exchange(annasNode, bensNode);
    now.addAndGet(60_000);
    var answer = ok(ben, "checkin", event, "--offline", "--frame", ok(anna, "door", event).out().strip()).out();
    var closing = ok(anna, "door", event, "--scanned", lastLine(answer)).out();
    assertThat(closing).contains("both have signed");
    assertThat(ok(ben, "checkin", event, "--offline", "--frame", lastLine(closing)).out())
        .contains("both have signed");
    assertThat(ok(anna, "event", "show", event).out()).contains("seats      1 of 2 taken").contains("where      Corner")
        .contains("19:00 Europe/Berlin to Tue 1 Dec 2026 21:00")
        .containsPattern("Ben \\([0-9a-f]{6}\\) +confirmed +yes");
    assertThat(ok(anna, "event", "cancel", event, "--reason", "Fire").out()).contains("Cancelled.");
    assertThat(ok(anna, "event", "show", event).out()).contains("First cup  (CANCELLED)").contains("Fire");
  }

  @Test
  void aPeerIsConnectedByItsAddressAndNonsenseIsRefused() {
    var address = ok(ben, "status", "--json").json().at("/listen/0").asText();
    assertThat(ok(anna, "connect", address).out())
        .contains("Connected to " + ok(ben, "status", "--json").json().path("peerId").asText());
    assertThat(ok(anna, "status", "--json").json().path("peers")).hasSize(1);
    assertThat(run(anna, "connect", "nonsense").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void anEditedEventShowsWhatChanged() {
    ok(anna, "profile", "--nickname", "Anna");
    ok(ben, "profile", "--nickname", "Ben");
    var group = ok(anna, "group", "create", "Tea", "--json").json().path("id").asText();
    ok(ben, "group", "join", ok(anna, "group", "invite", group).out().strip());
    var event = ok(anna, "event", "create", "First cup", "--start", "2026-12-01 19:00", "--zone", "Europe/Berlin",
        "--rsvp-closes", "2h", "--guests", "1", "--question", "Milk?", "--hidden-place", "Lindenstr. 7", "--json")
        .json().path("event").asText();
    TestNode.exchange(annasNode, bensNode);
    assertThat(ok(ben, "event", "show", event).out()).contains("RSVP       until Tue 1 Dec 2026 17:00 Europe/Berlin")
        .contains("guests     up to 1 with each RSVP").contains("question   Milk?")
        .contains("where      told to those who have a seat");
    ok(ben, "rsvp", event, "--guests", "1", "--answer", "Oat");
    TestNode.exchange(annasNode, bensNode);
    assertThat(ok(anna, "event", "edit", event, "--start", "2026-12-01 20:00", "--place", "Garden").out())
        .contains("this is version 2");
    assertThat(ok(anna, "event", "edit", event, "--place", "Garden").out()).contains("reads as before");
    Awaitility.await().untilAsserted(() -> {
      TestNode.exchange(annasNode, bensNode);
      assertThat(ok(ben, "event", "list").out()).contains("confirmed, event changed")
          .doesNotContain("starts within");
    });
    now.addAndGet(2 * 60 * 60 * 1000);
    assertThat(ok(ben, "event", "list").out()).contains("First cup: starts within a day");
    assertThat(ok(ben, "event", "show", event).out()).contains("changed since your RSVP:")
        .contains("place: none -> Garden")
        .contains("starts: Tue 1 Dec 2026 19:00 Europe/Berlin -> Tue 1 Dec 2026 20:00 Europe/Berlin")
        .contains("confirmed +1").contains("where      Lindenstr. 7 (told only to those who have a seat)");
    assertThat(ok(anna, "event", "show", event).out()).containsPattern("Ben \\([0-9a-f]{6}\\), Milk\\?: Oat");
    assertThat(ok(ben, "rsvp", event, "--withdraw").out()).contains("Withdrawn.");
    assertThat(run(anna, "event", "edit", event, "--capacity", "0").exitCode()).isEqualTo(ExitCode.REFUSED);
  }

  @Test
  void anInviteToAnEventSaysWhichAndIsACodeToScan(@TempDir Path poster) throws Exception {
    ok(anna, "profile", "--nickname", "Anna");
    ok(anna, "group", "create", "Tea");
    var event = ok(anna, "event", "create", "First cup", "--start", "2026-12-01 19:00", "--json").json().path("event")
        .asText();
    var invite = ok(anna, "event", "invite", event, "--qr").out().lines().toList();
    assertThat(invite.getFirst()).startsWith("klatch:join/");
    assertThat(invite.get(1)).matches("█{30,}");
    var file = poster.resolve("code.svg");
    ok(anna, "event", "invite", event, "--svg", file.toString());
    assertThat(Files.readString(file)).startsWith("<svg").contains("<path");
    assertThat(run(anna, "event", "invite", event, "--svg", poster.toString()).err()).contains("cannot be written");
    var joined = ok(ben, "group", "join", invite.getFirst(), "--json").json();
    assertThat(joined.path("event").asText()).isEqualTo(event);
    assertThat(joined.path("inviter").asText()).isEqualTo(annasNode.meetup.self().toString());
  }

  @Test
  void anEventGoesIntoACalendarAndItsPeopleIntoASpreadsheet(@TempDir Path files) throws Exception {
    ok(anna, "group", "create", "Tea");
    var event = ok(anna, "event", "create", "First cup", "--start", "2026-12-01T18:00Z", "--json").json().path("event")
        .asText();
    ok(anna, "rsvp", event);
    var calendar = files.resolve("tea.ics");
    assertThat(ok(anna, "event", "export", event, "--ics", calendar.toString()).out()).contains("Written: ");
    assertThat(Files.readString(calendar)).contains("SUMMARY:First cup\r\n").contains("DTSTART:20261201T180000Z\r\n");
    ok(anna, "event", "export", "--ics", calendar.toString());
    assertThat(Files.readString(calendar)).contains("UID:" + event);
    var people = files.resolve("people.csv");
    ok(anna, "event", "export", event, "--csv", people.toString());
    assertThat(Files.readString(people)).startsWith("\"person\",\"nickname\"")
        .contains("\"" + annasNode.meetup.self() + "\"");
    assertThat(run(anna, "event", "export", "--csv", people.toString()).exitCode()).isEqualTo(2);
    assertThat(run(anna, "event", "export", event).exitCode()).isEqualTo(2);
  }

  @Test
  void aCoHostGivesSeatsWithoutAsking() {
    ok(anna, "profile", "--nickname", "Anna");
    ok(ben, "profile", "--nickname", "Ben");
    var group = ok(anna, "group", "create", "Tea", "--json").json().path("id").asText();
    ok(ben, "group", "join", ok(anna, "group", "invite", group).out().strip());
    TestNode.exchange(annasNode, bensNode);
    assertThat(run(ben, "event", "create", "Mine", "--start", "2026-12-01 19:00").exitCode())
        .isEqualTo(ExitCode.USAGE);
    var bensId = bensNode.meetup.self().toString();
    assertThat(ok(anna, "group", "co-host", group, bensId.substring(0, 8)).out()).contains("may speak");
    TestNode.exchange(annasNode, bensNode);
    assertThat(ok(ben, "group", "list").out()).contains("co-host");
    var bens = ok(ben, "event", "create", "Ben's cup", "--group", group, "--start", "2026-12-01 19:00", "--json").json()
        .path("event").asText();
    var event = ok(anna, "event", "create", "First cup", "--start", "2026-12-01 19:00", "--capacity", "3", "--json")
        .json().path("event").asText();
    assertThat(ok(anna, "event", "seats", event, "--to", bensId, "--count", "2").out()).contains("2 seats are theirs");
    assertThat(run(anna, "event", "seats", event, "--to", bensId, "--count", "2").err()).contains("1 seats are free");
    TestNode.exchange(annasNode, bensNode);
    assertThat(ok(anna, "event", "show", bens).out()).contains("Ben's cup");
    ok(ben, "rsvp", event);
    assertThat(ok(ben, "event", "seats", event, "--give", bensId).out()).contains("confirmed");
    assertThat(ok(ben, "event", "seats", event).out()).contains("1 of 3 seats are taken")
        .containsPattern(bensId.substring(0, 12) + " +2 +1 +0");
    assertThat(ok(ben, "event", "seats", event, "--return").out()).contains("1 seats go back");
    assertThat(ok(anna, "group", "co-host", group, bensId, "--revoke").out()).contains("co-hosts  none");
  }

  @Test
  void theStatusIsReadableAndTheSameAsJson() {
    var words = ok(anna, "status").out();
    assertThat(words).contains("on regtest").contains(annasNode.host.id().toString())
        .contains("Lightning  none: meetups work");
    assertThat(ok(anna, "status", "--json").json().path("peerId").asText()).isEqualTo(annasNode.host.id().toString());
  }

  @Test
  void aRefusalIsOneLineAndAnExitCodeOfItsKindAndAnObjectWithJson() {
    var refused = run(anna, "event", "show", "ab".repeat(32), "--json");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(refused.err().lines()).hasSize(1).first().asString().startsWith("klatch: no event abab");
    assertThat(refused.json().at("/error/code").asText()).isEqualTo("not_found");

    assertThat(run(anna, "rsvp", "xyz").err()).contains("first 4 or more of its 64 hex digits, not 'xyz'");
    assertThat(run(anna, "rsvp", "abcd").err()).contains("no event here begins with abcd");
    ok(anna, "group", "create", "Tea");
    var noLightning = run(anna, "event", "create", "x", "--start", "2026-12-01 19:00", "--deposit-sat", "1000");
    assertThat(noLightning.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(noLightning.err()).contains("no Lightning node connected");
  }

  @Test
  void wrongUsageIsExitCode2() {
    assertThat(run(anna, "event", "create", "x", "--start", "tomorrow").err()).contains("not 'tomorrow'");
    assertThat(run(anna, "event", "create", "x", "--start", "tomorrow").exitCode()).isEqualTo(2);
    assertThat(run(anna, "event", "create", "x", "--start", "2026-12-01 19:00", "--lock-opens", "soon").exitCode())
        .isEqualTo(2);
    assertThat(run(anna, "dance").exitCode()).isEqualTo(2);
  }

  @Test
  void withoutANodeItSaysHowToStartOneAndExitsWithItsOwnCode(@TempDir Path empty) throws Exception {
    var none = run(empty, "status", "--json");
    assertThat(none.exitCode()).isEqualTo(ExitCode.NO_NODE);
    assertThat(none.err().strip())
        .isEqualTo("klatch: no node is running in " + empty + "; start it with: klatch up --data-dir " + empty);
    assertThat(none.json().at("/error/code").asText()).isEqualTo("unavailable");

    annasNode.api.close();
    var stopped = run(anna, "status");
    assertThat(stopped.exitCode()).isEqualTo(ExitCode.NO_NODE);
    assertThat(stopped.err()).contains("does not answer").contains("klatch up");

    Files.writeString(ben.resolve(ApiClient.ApiFile.NAME), "{\"url\":7");
    assertThat(run(ben, "status").exitCode()).isEqualTo(ExitCode.NO_NODE);
    Files.writeString(ben.resolve(ApiClient.ApiFile.NAME), "{}");
    assertThat(run(ben, "status").err()).contains("has no url or no token");
  }

  @Test
  void aTokenOfAnEarlierStartIsSaidToBeWrong() throws Exception {
    Files.writeString(anna.resolve(ApiClient.ApiFile.NAME),
        Json.line(new ApiClient.ApiFile(annasNode.api.url().toString(), bensNode.api.token())));
    var refused = run(anna, "status");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.err()).contains("wrong token");
  }

  private static String lastLine(String out) {
    return out.strip().lines().toList().getLast();
  }
}
