package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.regtest.browser.ChromiumPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** People on the pages: a picture in the first run, beside the guest list, and somebody to follow. */
@Timeout(90)
final class PeoplePagesIT extends PagesFixture {
  /** Gives the field a photo of 900 × 600 pixels, as a person would choose one. */
  static void choose(ChromiumPage page, String field) {
    page.until("document.getElementById('" + field + "') !== null");
    page.eval("(async () => { const canvas = document.createElement('canvas'); canvas.width = 900; canvas.height = 600;"
        + "const context = canvas.getContext('2d'); context.fillStyle = '#e7b84b'; context.fillRect(0, 0, 900, 600);"
        + "context.fillStyle = '#7a3b2e'; context.beginPath(); context.arc(450, 320, 190, 0, 7); context.fill();"
        + "const blob = await new Promise(done => canvas.toBlob(done)); const files = new DataTransfer();"
        + "files.items.add(new File([blob], 'me.png', {type: 'image/png'}));"
        + "const field = document.getElementById('" + field + "'); field.files = files.files;"
        + "field.dispatchEvent(new Event('change', {bubbles: true})); return true; })()");
  }

  private static void seesPicture(ChromiumPage page, String where) {
    page.until("[...document.querySelectorAll('" + where + " img.avatar')].some(one => one.naturalWidth === 256)");
  }

  @Test
  void aPictureChosenInTheFirstRunStandsBesideTheGuestList() throws Exception {
    var event = eventWithBen("");
    var page = person(anna).sees("What should we call you?");
    choose(page, "picture");
    page.sees("This is how others see you.");
    seesPicture(page, "form");
    good(page, "first-picture");
    page.fill("nickname", "Anna").press("That’s me").sees("First cup");
    var name = anna.get("/profile").body().path("picture").asText();
    assertThat(name).hasSize(64);

    var guest = person(ben);
    choose(guest.sees("What should we call you?"), "picture");
    guest.sees("This is how others see you.").fill("nickname", "Ben").press("That’s me").sees("First cup");
    page.eval("location.hash = '#/e/" + event + "'");
    page.sees("Ben");
    seesPicture(page, "section");
    good(page, "guest-list");
    page.press("Ben").sees("Follow").fill("petname", "My brother").press("Keep this name")
        .sees("They call themselves Ben.");
    page.press("Follow").sees("You follow them");
    good(page, "person");
    page.eval("location.hash = '#/e/" + event + "'");
    page.sees("My brother");

    page.press("You").sees("People you know").fill("tags", "#Go tea").press("Show me like this");
    page.until("document.getElementById('tags').value === 'go tea'");
    good(page, "you-profile");
    page.eval("location.hash = '#/find/go'");
    page.sees("People").sees("Anna");
    good(page, "find");
    page.press("You").press("Without a picture").press("Show me like this");
    page.until("document.querySelector('form img.avatar') === null");
    assertThat(anna.get("/profile").body().has("picture")).isFalse();
  }

  @Test
  void anEventIsCreatedWithAPictureAndShownWithIt() {
    var page = named(anna, "Anna");
    page.eval("location.hash = '#/new'");
    page.fill("groupName", "Tea and talk").fill("title", "First cup").fill("day", "2027-01-16");
    choose(page, "cover");
    page.until("document.querySelector('img.cover')?.naturalWidth === 1024");
    page.press("Hidden place, guests of guests, questions, deadlines").fill("presence", "peers")
        .sees("Three encounters are needed");
    good(page, "create-cover");
    page.press("Create the event").press("Event");
    page.until("document.querySelector('img.cover')?.naturalWidth === 1024");
    good(page, "event-cover");
    var event = anna.get("/events").body().at("/events/0/id").asText();
    assertThat(anna.get("/events/" + event + "/presence").body().path("rule").asText()).isEqualTo("peers");
    page.press("Organise").press("Change the event").press("Without a picture").press("Save the changes")
        .press("Event");
    page.sees("Add to my calendar").until("document.querySelector('img.cover') === null");
  }

  @Test
  void aFileThatIsNoPictureIsSaidAtOnce() {
    var page = person(anna).sees("What should we call you?");
    page.eval(
        "(() => { const files = new DataTransfer(); files.items.add(new File(['no'], 'me.png', {type: 'image/png'}));"
            + "const field = document.getElementById('picture'); field.files = files.files;"
            + "field.dispatchEvent(new Event('change', {bubbles: true})); return true; })()");
    page.sees("This is no picture that your browser can read.");
    page.fill("nickname", "Anna").press("That’s me").sees("Now one real thing");
  }
}
