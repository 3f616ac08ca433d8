package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import klatch.regtest.browser.ChromiumPage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Notices reach people: on every page, in the list, and outside of the page. */
@Timeout(90)
final class NoticesPagesIT extends PagesFixture {
  private static List<String> kinds(JsonNode list) {
    return StreamSupport.stream(list.path("notices").spliterator(), false).map(one -> one.path("kind").asText())
        .toList();
  }

  private void told(TestNode node, String... kinds) {
    Awaitility.await()
        .untilAsserted(() -> assertThat(kinds(node.get("/notices").body())).containsExactlyInAnyOrder(kinds));
  }

  /** What the browser would show over other windows; headless, there is nobody to allow it. */
  private static void recordNotifications(ChromiumPage page) {
    page.eval("globalThis.shownOutside = []; globalThis.Notification = class { static permission = 'granted';"
        + "static async requestPermission() { return 'granted'; }"
        + "constructor(title, options) { shownOutside.push(options.body); } }; true");
  }

  @Test
  void whatHappensToOnesEventsIsToldWhereverOneIsAndStaysSeen() {
    var event = eventWithBen(",\"depositMsat\":10000000");
    var guest = named(ben, "Ben");
    guest.until("document.querySelector('.bell') !== null");
    recordNotifications(guest);
    guest.eval("location.hash = '#/notices'");
    guest.sees("Nothing to tell you right now.").press("Show them").sees("Switched on in this browser.");
    good(guest, "notices-none");
    guest.press("You").sees("My data");

    now.set(START - 11 * HOUR);
    guest.until("document.querySelector('.bell b')?.textContent === '2'");
    assertThat(guest.eval("shownOutside.join('|')").asText()).contains("Not long to go: First cup")
        .contains("You can lock your deposit for First cup now: 10,000 sat.");
    good(guest, "notices-bell");
    guest.eval("document.querySelector('.bell').click()");
    guest.sees("Not long to go: First cup");
    guest.until("document.querySelector('.bell b') === null");
    good(guest, "notices");
    told(ben, "starts_within_a_day", "lock_open");
    assertThat(ben.get("/status").body().path("unseen").asInt()).isZero();

    guest.press("You").sees("My data");
    Awaitility.await().untilAsserted(() -> assertThat(ben.post("/events/" + event + "/lock", "").status())
        .isEqualTo(200));
    told(ben, "starts_within_a_day");
    anna.post("/events/" + event + "/cancel", "{\"reason\":\"rain\"}");
    told(ben, "cancelled", "refunded");
    guest.until("shownOutside.length === 4");
    guest.eval("document.querySelector('.bell').click()");
    guest.sees("First cup was called off.").sees("10,000 sat came back to you from First cup.");
    guest.until("document.querySelector('.bell b') === null");
    guest.reload().sees("First cup was called off.");
    assertThat(guest.eval("document.querySelector('.bell b')").isNull()).as("seen on this node").isTrue();
  }

  @Test
  void aReminderThatIsNotWantedIsLeftOutAndASeatThatCameFreeIsTold() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var group = anna.get("/groups").body().at("/groups/0/id").asText();
    var event = anna.post("/events", "{\"title\":\"First cup\",\"zone\":\"Europe/Berlin\",\"capacity\":1,"
        + "\"startsAtMillis\":" + START + ",\"endsAtMillis\":" + END + "}").body().path("event").asText();
    var invite = anna.get("/groups/" + group + "/invite").body().path("invite").asText();
    anna.post("/events/" + event + "/rsvp", "");
    Awaitility.await().until(() -> seat(anna, event).equals("confirmed"));
    ben.post("/groups/join", "{\"invite\":\"" + invite + "\"}");
    Awaitility.await().until(() -> ben.post("/events/" + event + "/rsvp", "").status() == 200);
    Awaitility.await().until(() -> seat(ben, event).equals("waitlisted"));
    anna.post("/events/" + event + "/withdraw", "");
    told(ben, "moved_up");
    anna.post("/events/" + event + "/edit", "{\"place\":\"Hall 7\"}");
    told(ben, "moved_up", "changed");

    now.set(START - 11 * HOUR);
    told(ben, "moved_up", "changed", "starts_within_a_day");
    var guest = named(ben, "Ben");
    guest.eval("location.hash = '#/notices'");
    var reminder = "remind-starts_within_a_day";
    guest.until("document.getElementById('" + reminder + "') !== null");
    guest.eval("document.getElementById('" + reminder + "').focus()");
    for (var type : List.of("keyDown", "keyUp")) {
      guest.call("Input.dispatchKeyEvent",
          Map.of("type", type, "key", " ", "code", "Space", "windowsVirtualKeyCode", 32, "text", " "));
    }
    told(ben, "moved_up", "changed");
    guest.until("!document.querySelector('main').innerText.includes('Not long to go')");
    assertThat(guest.eval("document.activeElement.id").asText()).as("the keyboard keeps its place").isEqualTo(reminder);
    assertThat(ben.post("/notices/silenced", "{\"silenced\":[\"cancelled\"]}").message()).contains("lock_open");
  }

  private static String seat(TestNode node, String event) {
    return node.get("/events/" + event).body().at("/summary/yourSeat").asText();
  }
}
