package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.regtest.browser.ChromiumPage;
import klatch.regtest.browser.FirstVisit;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages in a real browser, as people use them in an evening, with the mistakes that people make. */
@Timeout(120)
final class PagesIT extends PagesFixture {
  private static final Duration FIRST_RUN = Duration.ofSeconds(60);

  /** Three times what it takes on a quiet machine: `klatch bench pages` measures, this only notices. */
  private static final Duration FIRST_PAINT = Duration.ofSeconds(3);
  private static final int MOST_REQUESTS = 45;
  private static final long MOST_BYTES = 100_000;
  private static final int MOST_ELEMENTS = 300;

  private ChromiumPage firstRun(TestNode node, String nickname) {
    var page = person(node).sees("What should we call you?");
    if (nickname.equals("Anna")) {
      good(page, "first");
    }
    page.fill("nickname", nickname).press("That’s me").sees("Now one real thing");
    return page;
  }

  @Test
  void anEveningFromTheFirstNameToTheLastShare() throws Exception {
    var cem = node("cem");
    long begun = System.nanoTime();
    var host = firstRun(anna, "Anna");
    good(host, "start");
    var event = create(host);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).as("from the link to one's own event")
        .isLessThan(FIRST_RUN);
    var invite = host.sees("Pass this on").eval("document.querySelector('.qr').dataset.text").asText();

    var guest = firstRun(ben, "Ben");
    join(guest, invite);
    cem.post("/profile", "{\"nickname\":\"Cem\"}");
    cem.post("/groups/join", "{\"invite\":\"" + invite + "\"}");
    Awaitility.await().untilAsserted(() -> assertThat(cem.get("/events/" + event).status()).isEqualTo(200));
    cem.post("/events/" + event + "/rsvp", "");
    guest.sees("Will you come?");
    good(guest, "invited");
    guest.pressTwice("Yes, I’ll come").sees("A seat is yours.").sees("You can lock it from");
    host.sees("2 / 20");

    now.set(START - 11 * HOUR);
    guest.press("Lock 10,000 sat").sees("Held, not spent.");
    good(guest, "held");
    lock(cem, event);
    guest.reload().sees("Held, not spent.");
    guest.eval("location.hash = '#/you'");
    guest.sees("My data").eval("history.back()");
    guest.sees("Held, not spent.");
    host.sees("deposits held, 20,000 sat in all");
    good(host, "desk");

    now.set(START);
    host.press("Door").sees("Guests scan this");
    good(host, "door");
    comeIn(guest, host);
    guest.sees("You are in.").sees("It is back.");
    host.sees("Welcome, you are checked in");
    good(guest, "in");
    good(host, "welcome");

    now.set(END + 6 * HOUR + 1);
    host.press("Money");
    guest.press("Money");
    host.sees("All is settled").sees("everything adds up");
    guest.sees("All is settled").sees("everything adds up");
    good(host, "money");
    guest.press("Event").sees("It has arrived.");
    good(guest, "paid");
    guest.press("You").sees("My data");
    good(guest, "you");
    guest.press("Events").sees("Over");
    good(guest, "events");
  }

  @Test
  void somebodyNewHasAnEventAndAFriendInLessThanAMinute() {
    anna.post("/profile", "{\"nickname\":\"Anna\"}");
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var group = anna.get("/groups").body().at("/groups/0/id").asText();
    var invite = anna.get("/groups/" + group + "/invite").body().path("invite").asText();
    long begun = System.nanoTime();
    var page = firstRun(ben, "Ben");
    page.fill("invite", invite).press("Join").sees("You are invited").press("Join").sees("You are in.");
    page.press("See the events").press("Tea").press("Anna").press("Follow").sees("You follow them");
    page.press("New event").sees("What guests will see").fill("groupName", "Chess").fill("title", "First game")
        .press("Create the event").sees("Pass this on");
    var taken = Duration.ofNanos(System.nanoTime() - begun);
    assertThat(taken).as("from the link to a friend and an event").isLessThan(FIRST_RUN);
    assertThat(ben.get("/events").body().at("/events/0/title").asText()).isEqualTo("First game");
  }

  private String create(ChromiumPage page) {
    page.press("Create an event").sees("What guests will see");
    page.fill("groupName", "Tea and talk").fill("title", "First cup of the year").fill("day", "2027-01-16")
        .fill("starts", "19:00").fill("ends", "22:00").fill("zone", "Europe/Berlin")
        .fill("place", "Hall 2, by the window")
        .fill("description", "Bring a cup and a question.").press("Ask for a deposit")
        .sees("Guests lock 10,000 sat; it comes back when they check in.");
    good(page, "create");
    page.pressTwice("Create the event").sees("What happens when, by itself");
    assertThat(anna.get("/events").body().path("events")).hasSize(1);
    return anna.get("/events").body().at("/events/0/id").asText();
  }

  private static void join(ChromiumPage page, String invite) {
    page.fill("invite", invite).press("Join").sees("You are invited").press("Join").sees("You are in.")
        .press("See the event").sees("First cup of the year");
  }

  private static void lock(TestNode node, String event) {
    Awaitility.await().untilAsserted(() -> assertThat(node.post("/events/" + event + "/lock", "").status())
        .isEqualTo(200));
    Awaitility.await().untilAsserted(() -> assertThat(node.get("/events/" + event + "/report").body()
        .at("/own/state").asText()).isEqualTo("held"));
  }

  private static void comeIn(ChromiumPage guest, ChromiumPage host) {
    host.until("document.querySelector('[data-frame]') !== null");
    guest.press("No camera?").fill("frame", host.eval("document.querySelector('[data-frame]').textContent").asText())
        .press("Check in with it");
  }

  @Test
  void aLinkLetsOneBrowserInOnceAndNobodyComesInWithoutOne() {
    var link = anna.api.link().toString();
    var first = browser.person();
    var second = browser.person();
    pages.addAll(List.of(first, second));
    first.go(link).sees("What should we call you?");
    var visit = FirstVisit.of(first);
    assertThat(visit.requests()).as("requests of a first visit").isLessThan(MOST_REQUESTS);
    assertThat(visit.bytes()).as("bytes of a first visit").isBetween(10_000L, MOST_BYTES);
    assertThat(visit.elements()).isLessThan(MOST_ELEMENTS);
    assertThat(visit.paintMillis()).isLessThan(FIRST_PAINT.toMillis());
    assertThat(first.eval("location.href").asText()).as("the code is not kept").doesNotContain("/in/");
    second.go(link).sees("This link was used already");
    good(second, "used");
    second.go("about:blank").go(anna.api.url().toString()).sees("This browser is not let in yet");
    var tab = browser.page(first.context());
    pages.add(tab);
    tab.go(anna.api.url().toString()).sees("What should we call you?");
  }

  @Test
  void thePagesSpeakGermanToWhoeverDoes() {
    var page = browser.person();
    pages.add(page);
    page.language("de-AT");
    page.go(anna.api.link().toString()).sees("Wie sollen wir dich nennen?");
    assertThat(page.eval("document.documentElement.lang").asText()).isEqualTo("de");
    page.fill("nickname", "Anna").press("Das bin ich").sees("Und jetzt etwas Richtiges");
    page.press("Du").sees("Sprache").fill("language", "en").sees("Language");
    page.reload().sees("Language");
  }

  @Test
  void whoSaidYesSeesWhatHasChangedAndCanTakeItBack() {
    var event = eventWithBen(",\"place\":\"Hall 2\"");
    var guest = named(ben, "Ben");
    guest.eval("location.hash = '#/e/" + event + "'");
    guest.sees("A seat is yours.");
    var host = named(anna, "Anna");
    host.eval("location.hash = '#/e/" + event + "/organise'");
    host.press("Change the event").fill("place", "Hall 7")
        .press("Hidden place, guests of guests, questions, deadlines").fill("doorBefore", "60").fill("rsvpBefore", "3");
    good(host, "edit");
    host.press("Save the changes").sees("Guests");
    guest.sees("Changed since you said yes").sees("Hall 7");
    guest.sees("The door opens:").sees("Say yes by");
    good(guest, "changed");
    var changed = anna.get("/events/" + event).body();
    assertThat(changed.path("checkInOpensAtMillis").asLong()).isEqualTo(START - HOUR);
    assertThat(changed.at("/summary/rsvpClosesAtMillis").asLong()).isEqualTo(START - 3 * HOUR);
    guest.press("I can’t come after all …").press("Give my seat back").sees("Will you come?");
    assertThat(anna.get("/events/" + event).body().at("/summary/confirmed").asInt()).isZero();
  }

  @Test
  void anEventThatRepeatsIsSeenBeforehandAndChangedFromOneOn() {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var host = named(anna, "Anna");
    host.press("Create an event").fill("title", "First cup").fill("day", "2027-01-16").fill("starts", "19:00")
        .fill("ends", "22:00").fill("zone", "Europe/Berlin").fill("repeat", "weekday").fill("repeatCount", "14")
        .sees("14 events").sees("Sat, Feb 20").sees("and 2 more, the last one Sat, Feb 19");
    host.fill("repeat", "own").fill("repeatRule", "FREQ=YEARLY;COUNT=4").sees("it is DAILY, WEEKLY or MONTHLY");
    host.fill("repeat", "week").fill("repeatEnd", "until").fill("repeatUntil", "2027-02-10").sees("4 events");
    good(host, "repeat");
    host.press("Create the event").sees("Call it off");
    var ids = anna.get("/events").body().path("events").valueStream().map(one -> one.path("id").asText()).toList();
    assertThat(ids).hasSize(4);
    host.eval("location.hash = '#/'");
    assertThat(host.sees("1st of 4").sees("3 more dates").text()).doesNotContain("2nd of 4");
    good(host, "events-series");

    host.eval("location.hash = '#/e/" + ids.get(1) + "'");
    host.sees("2nd of 4, every week").press("All dates").sees("Sat, Jan 30");
    good(host, "series");
    host.eval("location.hash = '#/e/" + ids.get(2) + "/edit'");
    host.sees("Which events?").fill("place", "Hall 7").press("This and the one that follows");
    good(host, "edit-series");
    host.press("Save the changes").sees("Call it off");
    assertThat(anna.get("/events").body().path("events")).extracting(one -> one.path("place").asText())
        .containsExactly("", "", "Hall 7", "Hall 7");
    host.eval("location.hash = '#/e/" + ids.get(1) + "/organise'");
    host.press("This and all 2 that follow").press("Call this one and all that follow off …")
        .sees("This event and all that follow it are called off");
    good(host, "cancel-series");
    host.press("Call it off").sees("This event was called off.");
    assertThat(anna.get("/events").body().path("events")).extracting(one -> one.path("cancelled").asBoolean())
        .containsExactly(false, true, true, true);
  }

  @Test
  void twoTabsOfOnePersonLockOnce() {
    var event = eventWithBen(",\"depositMsat\":10000000");
    now.set(START - 11 * HOUR);
    var first = named(ben, "Ben");
    var second = browser.page(first.context());
    pages.add(second);
    first.eval("location.hash = '#/e/" + event + "'");
    second.go(ben.api.url() + "/#/e/" + event);
    first.sees("Lock 10,000 sat");
    second.sees("Lock 10,000 sat");
    first.pressTwice("Lock 10,000 sat");
    second.eval("[...document.querySelectorAll('button')].find(one => one.innerText.startsWith('Lock'))?.click()");
    first.sees("Held, not spent.");
    second.sees("Held, not spent.");
    assertThat(ben.get("/status").body().at("/lightning/balanceMsat").asLong()).isGreaterThan(480_000_000);
  }

  @Test
  void anyWalletCanLockTheDeposit() throws Exception {
    var event = eventWithBen(",\"depositMsat\":10000000");
    now.set(START - 11 * HOUR);
    var guest = named(ben, "Ben");
    guest.eval("location.hash = '#/e/" + event + "'");
    guest.press("Lock it from another wallet").sees("held, not spent");
    good(guest, "wallet");
    var invoice = guest.eval("document.querySelector('.qr').dataset.text").asText();
    assertThat(invoice).startsWith("LIGHTNING:");
    var wallet = node("wallet");
    wallet.post("/lightning/pay", "{\"bolt11\":\"" + invoice.substring("LIGHTNING:".length()).toLowerCase(
        java.util.Locale.ROOT) + "\"}");
    guest.sees("Held, not spent.");
  }

  @Test
  void aNodeThatIsGoneIsSaid() {
    var page = named(anna, "Anna");
    page.until("document.getElementById('line') !== null");
    anna.api.close();
    page.sees("Your node does not answer; trying again");
    page.faults().clear(); // The broken stream is written down as a fault of the network.
  }
}
