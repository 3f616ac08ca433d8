package klatch.cli.evening;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import klatch.cli.node.ChainKind;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.lightning.PaymentRecord;
import klatch.regtest.browser.Chromium;
import klatch.regtest.browser.ChromiumPage;
import klatch.web.wire.Claims;
import klatch.web.wire.Events;
import klatch.web.wire.Groups;
import klatch.web.wire.Guests;
import klatch.web.wire.Money;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people get wrong about a deposit, on real Lightning: whatever they press, reload or pay, there is one deposit, never
 * two, and the page says what became of it. Each test has an event of its own.
 */
@Timeout(120)
final class MoneyMistakesIT {
  private static final String ZONE = "Europe/Berlin";
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final long HOUR = 60 * MINUTE;
  private static final long DEPOSIT_MSAT = 10_000_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  static Path directory;

  private static Venue venue;
  private static String group;
  private final Chromium browser = Chromium.shared();
  private final List<ChromiumPage> pages = new ArrayList<>();

  @BeforeAll
  static void begin() {
    Assumptions.assumeTrue(Chromium.installed(), "needs Chromium on the PATH");
    venue = new Venue(directory, ChainKind.EMBEDDED, List.of("anna", "ben"), List.of("gul", "jun"));
    venue.startWithoutLightning("cem");
    for (var name : List.of("anna", "ben", "cem")) {
      venue.api(name).post("/profile", Map.of("nickname", name), Map.class);
    }
    group = venue.api("anna").post("/groups", Map.of("name", "Tea and talk"), Groups.Group.class).id();
    var invite = venue.api("anna").get("/groups/" + group + "/invite", Groups.Invite.class).invite();
    for (var name : List.of("ben", "cem")) {
      venue.api(name).post("/groups/join", Map.of("invite", invite), Map.class);
    }
  }

  @AfterAll
  static void end() {
    if (venue != null) {
      venue.close();
    }
  }

  @AfterEach
  void noScriptFailed() {
    try {
      pages.forEach(page -> assertThat(page.faults()).isEmpty());
    } finally {
      pages.forEach(ChromiumPage::close);
    }
  }

  /** An event within hours, with its deadlines close together. */
  private static String event() {
    long starts = venue.nowMillis() + HOUR;
    long ends = starts + HOUR;
    var asked = new TreeMap<String, Object>(Map.of("group", group, "title", "First cup", "zone", ZONE, "capacity", 10,
        "depositMsat", DEPOSIT_MSAT, "startsAtMillis", starts, "endsAtMillis", ends));
    asked.putAll(Map.of("lockOpensAtMillis", starts - 45 * MINUTE, "lockClosesAtMillis", starts - 30 * MINUTE,
        "checkInOpensAtMillis", starts - 15 * MINUTE, "checkInClosesAtMillis", ends, "appealsCloseAtMillis",
        ends + 15 * MINUTE, "payoutsCloseAtMillis", ends + 12 * HOUR));
    return venue.api("anna").post("/events", asked, Events.Created.class).event();
  }

  private static Events.Detail detail(String event) {
    return venue.api("anna").get("/events/" + event, Events.Detail.class);
  }

  private static Events.Terms terms(String event) {
    return java.util.Objects.requireNonNull(detail(event).terms());
  }

  private ChromiumPage opened(ChromiumPage page) {
    pages.add(page);
    return page;
  }

  /** Somebody's browser, let in, at an event. */
  private ChromiumPage at(String name, String event) {
    return at(opened(browser.person()), name, event);
  }

  private static ChromiumPage at(ChromiumPage page, String name, String event) {
    page.go(venue.node(name).pagesLink().toString()).sees("Events").until("localStorage.length > 0");
    page.eval("location.hash = '#/e/" + event + "'");
    return page;
  }

  private static void seat(String name, String event) {
    Awaitility.await().ignoreExceptions().until(
        () -> venue.api(name).get("/events/" + event, Events.Detail.class).summary().id().equals(event));
    venue.api(name).post("/events/" + event + "/rsvp", Map.of(), Map.class);
    Awaitility.await().until(() -> "confirmed"
        .equals(venue.api(name).get("/events/" + event, Events.Detail.class).summary().yourSeat()));
  }

  private static int held() {
    return venue.purse("anna").held().size();
  }

  private static long underWay(String name) {
    return venue.purse(name).payments(100).stream()
        .filter(payment -> payment.state() == PaymentRecord.State.PENDING).count();
  }

  private static long owns(String name) {
    return venue.purse(name).status().balance().value();
  }

  private static void pay(String wallet, String bolt11) {
    venue.purse(wallet).pay(new Lightning.PayRequest(PaymentId.random(RANDOM), bolt11, Msat.ofSat(20),
        Duration.ofSeconds(30)));
  }

  private static String bolt11(ChromiumPage page) {
    return page.until("document.querySelector('a[href^=\"lightning:\"]') !== null")
        .eval("document.querySelector('a[href^=\"lightning:\"]').getAttribute('href').slice(10)").asText();
  }

  /** The door's code lives for fifteen seconds: it is asked for when the page is ready for it. */
  private static void comeIn(ChromiumPage page, String event) {
    page.press("No camera?");
    page.fill("frame", doorCode(event)).press("Check in with it");
  }

  private static String doorCode(String event) {
    return venue.api("anna").get("/events/" + event + "/door", Events.Door.class).frame();
  }

  private static void click(ChromiumPage page, String words) {
    page.eval("[...document.querySelectorAll('button')].find(one => one.innerText.trim() === '" + words
        + "')?.click(); true");
  }

  @Test
  void twoTabsAndDoubleClicksMakeOneSeatAndOneDepositWhichIsSeenToComeBack() {
    var event = event();
    int heldBefore = held();
    long underWayBefore = underWay("ben");
    var first = at("ben", event);
    var second = opened(browser.page(first.context()));
    second.go(venue.node("ben").apiUrl() + "/#/e/" + event);
    first.sees("Will you come?");
    second.sees("Will you come?");
    first.pressTwice("Yes, I’ll come");
    click(second, "Yes, I’ll come");
    first.sees("A seat is yours.");
    second.sees("A seat is yours.");
    assertThat(detail(event).summary().confirmed()).isEqualTo(1);

    venue.jumpTo(terms(event).lockOpensAtMillis() + MINUTE);
    first.sees("Lock it from another wallet");
    second.sees("Lock it from another wallet");
    first.pressTwice("Lock 10,000 sat");
    click(second, "Lock 10,000 sat");
    first.sees("Held, not spent.");
    second.sees("Held, not spent.");
    assertThat(first.text().replace('\u202f', ' ')).contains("all is decided by").contains(
        DateTimeFormatter.ofPattern("hh:mm a", Locale.ENGLISH).withZone(ZoneId.of(ZONE))
            .format(Instant.ofEpochMilli(terms(event).payoutsCloseAtMillis())));
    assertThat(held()).isEqualTo(heldBefore + 1);
    assertThat(underWay("ben")).isEqualTo(underWayBefore + 1);

    venue.jumpTo(terms(event).checkInOpensAtMillis() + MINUTE);
    first.press("No camera?").fill("frame", "KLATCH:anything").press("Check in with it")
        .sees("This is not a code of an event.");
    first.fill("frame", doorCode(event)).press("Check in with it").sees("It is back.");
    second.sees("It is back.");
    assertThat(held()).isEqualTo(heldBefore);
    assertThat(underWay("ben")).isEqualTo(underWayBefore);
  }

  @Test
  void goingBackAndReloadingWhileItIsPaidLosesNothing() {
    var event = event();
    seat("ben", event);
    int heldBefore = held();
    long underWayBefore = underWay("ben");
    var page = at("ben", event).sees("A seat is yours.");
    venue.jumpTo(terms(event).lockOpensAtMillis() + MINUTE);
    page.press("Lock 10,000 sat");
    page.eval("history.back()");
    page.until("!location.hash.includes('" + event + "')");
    page.eval("history.forward()");
    page.until("location.hash.includes('" + event + "')");
    page.reload().sees("Held, not spent.");
    page.reload().sees("Held, not spent.");
    assertThat(held()).isEqualTo(heldBefore + 1);
    assertThat(underWay("ben")).isEqualTo(underWayBefore + 1);
    venue.api("anna").post("/events/" + event + "/cancel", Map.of(), Map.class);
    page.sees("It is back.");
    assertThat(held()).isEqualTo(heldBefore);
  }

  @Test
  void aGuestWhoGoesBackReloadsAndHasTwoWalletsPayLocksOnce() {
    var event = event();
    int heldBefore = held();
    var url = venue.api("anna").post("/events/" + event + "/guests", new Guests.Open("127.0.0.1:0"),
        Guests.Opened.class).urls().getFirst();
    var guest = opened(browser.person()).go(url).sees("Come along").fill("name", "Gül").pressTwice("Save me a seat")
        .sees("A seat is yours, Gül.");
    venue.jumpTo(terms(event).lockOpensAtMillis() + MINUTE);
    var invoice = bolt11(guest.reload().sees("Waiting for your payment"));
    guest.go("about:blank").until("location.href === 'about:blank'");
    guest.eval("history.back()");
    assertThat(bolt11(guest.sees("Waiting for your payment"))).isEqualTo(invoice);
    pay("gul", invoice);
    guest.reload().sees("Held, not spent.");
    long before = owns("jun");
    pay("jun", invoice);
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> underWay("jun") == 0);
    assertThat(owns("jun")).isEqualTo(before);
    assertThat(held()).isEqualTo(heldBefore + 1);
    guest.reload().sees("Held, not spent.");
    assertThat(detail(event).people()).hasSize(1);
    venue.api("anna").post("/events/" + event + "/cancel", Map.of(), Map.class);
    guest.reload().sees("It is back.");
    Awaitility.await().until(() -> underWay("gul") == 0);
  }

  @Test
  void anInvoiceOfAnotherAmountIsRefusedInWordsAndTheRightOneIsPaid() {
    var event = event();
    seat("ben", event);
    seat("cem", event);
    venue.jumpTo(terms(event).lockOpensAtMillis() + MINUTE);
    at("ben", event).press("Lock 10,000 sat").sees("Held, not spent.");
    var page = opened(browser.person());
    page.call("Page.addScriptToEvaluateOnNewDocument", Map.of("source",
        "globalThis.webln = { enable: async () => {}, sendPayment: bolt11 => { globalThis.asked = bolt11;"
            + " return new Promise(() => {}); } }"));
    at(page, "cem", event).press("Use this browser’s wallet").until("globalThis.asked !== undefined");
    assertThat(page.eval("globalThis.asked").asText()).isEqualTo(bolt11(page));
    pay("jun", page.eval("globalThis.asked").asText());
    page.sees("Held, not spent.");
    venue.jumpTo(terms(event).checkInOpensAtMillis() + MINUTE);
    comeIn(page, event);
    page.sees("It is back.");
    venue.jumpTo(terms(event).appealsCloseAtMillis() + MINUTE);
    page.press("Send it to another wallet");
    var due = new Msat(venue.api("cem").get("/events/" + event + "/claim", Claims.Claim.class).amountMsat());
    long before = owns("jun");
    page.fill("claim-to", invoice(due.minus(Msat.ofSat(1)))).press("Send it there")
        .sees("An invoice has to ask for exactly the sum shown here");
    page.fill("claim-to", invoice(due)).press("Send it there").sees("has arrived.");
    assertThat(owns("jun") - before).isEqualTo(due.value());
    assertThat(venue.api("cem").get("/deposits", Money.History.class).deposits())
        .filteredOn(past -> past.event().equals(event))
        .singleElement().satisfies(past -> {
          assertThat(past.state()).isEqualTo("released");
          assertThat(past.payoutMsat()).isEqualTo(due.value());
        });
  }

  private static String invoice(Msat amount) {
    return venue.purse("jun").invoice(amount, "share", Duration.ofHours(1)).bolt11();
  }
}
