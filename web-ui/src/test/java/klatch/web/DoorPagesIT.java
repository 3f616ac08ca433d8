package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import klatch.meetup.EventId;
import klatch.regtest.browser.ChromiumPage;
import klatch.regtest.browser.FakeCamera;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Coming in by the camera, either side's, with codes that are real and one that is too old. */
@Timeout(120)
final class DoorPagesIT extends PagesFixture {
  private String event = "";
  private ChromiumPage guest;
  private ChromiumPage host;

  @BeforeEach
  void atTheDoor() {
    event = eventWithBen("");
    now.set(START);
    guest = named(ben, "Ben");
    guest.eval("location.hash = '#/e/" + event + "'");
    host = named(anna, "Anna");
    host.eval("location.hash = '#/e/" + event + "/door'");
    host.sees("Guests scan this");
  }

  private String code(TestNode node) {
    return node.get("/events/" + event + "/door").body().path("frame").asText();
  }

  @Test
  void theGuestsCameraReadsTheDoorsCodeAndAnOldOneIsRefused() {
    FakeCamera.show(browser.film(), code(anna));
    now.addAndGet(20_000);
    guest.press("Scan the door’s code").sees("Not checked in");
    good(guest, "stale");
    guest.press("Close the camera");
    FakeCamera.show(browser.film(), code(anna));
    guest.press("Scan the door’s code").sees("You are in.");
    host.sees("Welcome, you are checked in");
    host.press("Undo").press("Take the check-in back").sees("expected");
    guest.sees("Scan the door’s code");
  }

  @Test
  void theDoorsCameraReadsTheGuestsCodeWithoutANetwork() {
    guest.press("Show my code instead").until("document.querySelector('.qr') !== null");
    FakeCamera.show(browser.film(), code(ben));
    host.press("Scan a guest’s code").sees("Now the other one scans this:");
    good(host, "answer");
    var answer = host.eval("document.querySelector('.qr').dataset.text").asText();
    var signed = ben.post("/events/" + event + "/scan", "{\"frame\":\"" + answer + "\"}").body();
    assertThat(signed.path("step").asText()).isEqualTo("signed");
    host.press("Close the camera");
    FakeCamera.show(browser.film(), signed.path("frame").asText());
    host.press("Scan a guest’s code").sees("Welcome, you are checked in").sees("1 / 1");
  }

  private ChromiumPage letInByHand(ChromiumPage door, String name) {
    return door.fill("search", name).press("Let in by hand").press("They are here");
  }

  @Test
  void twoDoorsThatCannotReachEachOtherLetPeopleInAndAgreeAfterwards() {
    var carl = joined("Carl");
    var dora = joined("Dora");
    var group = anna.meetup.event(EventId.parse(event)).orElseThrow().group();
    anna.meetup.hosting().grant(group, carl.meetup.self()).orThrow();
    assertThat(dora.post("/events/" + event + "/rsvp", "").status()).isEqualTo(200);
    Awaitility.await().until(() -> carl.get("/events/" + event + "/door").body().path("byHand").asBoolean()
        && carl.meetup.seats(EventId.parse(event)).confirmed().size() == 2
        && List.of(ben, dora).stream().allMatch(one -> carl.meetup.nickname(group, one.meetup.self()).isPresent()));
    cutOff(carl);
    var other = person(carl).sees("I have an invite");
    other.eval("location.hash = '#/e/" + event + "/door'");
    other.sees("0 / 2");

    host.fill("search", "Ben").press("Let in by hand").sees("Your word alone counts");
    good(host, "door-by-hand");
    host.press("They are here").sees("Welcome, you are checked in").sees("1 / 2");
    letInByHand(other, "Ben");
    letInByHand(other, "Dora");
    other.sees("2 / 2");
    host.sees("1 / 2");

    connect(carl);
    host.sees("2 / 2");
    Awaitility.await().untilAsserted(() -> assertThat(carl.meetup.presence(EventId.parse(event)))
        .isEqualTo(anna.meetup.presence(EventId.parse(event))));
    assertThat(anna.meetup.anomalies(group)).isEmpty();
    other.fill("search", "Dora").press("Undo").press("Take the check-in back").sees("expected");
    host.sees("1 / 2");
    assertThat(anna.get("/events/" + event + "/presence").body().at("/undone/0").asText())
        .isEqualTo(dora.meetup.self().toString());
  }

  /** A node whose person is in the event's group. */
  private TestNode joined(String nickname) {
    var node = node(nickname);
    node.post("/profile", "{\"nickname\":\"" + nickname + "\"}");
    var group = anna.get("/groups").body().at("/groups/0/id").asText();
    var invite = anna.get("/groups/" + group + "/invite").body().path("invite").asText();
    node.post("/groups/join", "{\"invite\":\"" + invite + "\"}");
    Awaitility.await().until(() -> node.meetup.event(EventId.parse(event)).isPresent());
    return node;
  }
}
