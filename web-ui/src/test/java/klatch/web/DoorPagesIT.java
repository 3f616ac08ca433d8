package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.regtest.browser.FakeCamera;
import klatch.regtest.browser.ChromiumPage;
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
}
