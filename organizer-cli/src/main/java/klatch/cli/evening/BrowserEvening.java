package klatch.cli.evening;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import klatch.cli.evening.EveningPlan.Attendee;
import klatch.cli.terminal.Progress;
import klatch.commitments.DepositTerms;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.regtest.Until;
import klatch.regtest.browser.Chromium;
import klatch.regtest.browser.ChromiumPage;
import klatch.regtest.browser.FakeCamera;
import klatch.web.wire.Events;
import klatch.web.wire.Guests;
import klatch.web.wire.Money;
import org.jspecify.annotations.Nullable;

/**
 * The evening itself, as its people live it: by what can be read and pressed on their pages, and by nothing else, but for the
 * clock, the guests' wallets, and the address at which the host lets guests in. Driven by one thread.
 */
final class BrowserEvening implements AutoCloseable {
  static final String ORGANISER = "anna";
  private static final int LAPTOP_WIDTH = 1_024;
  private static final int LAPTOP_HEIGHT = 768;
  private static final String TITLE = "First cup of the year";
  private static final String PAYOUT = "[aria-labelledby=payout]";
  private static final String DEPOSIT = "[aria-labelledby=deposit]";
  private static final String ZONE = "Europe/Berlin";
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final int MOST_LOOKS = 30;
  private static final Duration ROUTE_TIMEOUT = Duration.ofSeconds(30);
  private static final Msat MOST_FEE = Msat.ofSat(20);
  /** A code lives for fifteen seconds, and a busy machine may need longer to open a camera. */
  private static final int SCANS = 4;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final EveningPlan plan;
  private final Venue venue;
  private final Album album;
  private final Progress progress;
  private final Chromium browser = Chromium.shared();
  private final ChromiumPage host;
  private final List<ChromiumPage> pages = new ArrayList<>();
  private final List<Visitor> visitors = new ArrayList<>();
  private final String deposit;
  private String event = "";
  private Events.@Nullable Terms terms;

  BrowserEvening(EveningPlan plan, Venue venue, Album album, Progress progress) {
    this.plan = plan;
    this.venue = venue;
    this.album = album;
    this.progress = progress;
    this.deposit = String.format(Locale.ROOT, "%,d sat", plan.depositSat());
    this.host = opened(browser.person());
    host.size(LAPTOP_WIDTH, LAPTOP_HEIGHT, false);
  }

  private ChromiumPage opened(ChromiumPage page) {
    pages.add(page);
    return page;
  }

  /** The event's id, once it is announced. */
  String event() {
    return event;
  }

  List<ChromiumPage> pages() {
    return List.copyOf(pages);
  }

  private Events.Terms terms() {
    if (terms == null) {
      throw new IllegalStateException("the event is not announced yet");
    }
    return terms;
  }

  private List<Visitor> present() {
    return visitors.stream().filter(visitor -> visitor.who().comes()).toList();
  }

  /** First run, and an event with a deposit. */
  void organise() {
    progress.stage("the organiser", 2);
    host.go(venue.node(ORGANISER).pagesLink().toString()).sees("What should we call you?");
    album.take(host, "first-run", "The organiser's first page: a name, and nothing else.");
    host.fill("nickname", "Anna").press("That’s me").sees("Now one real thing");
    progress.step("Anna has a name");
    var tomorrow = LocalDate.ofInstant(Instant.ofEpochMilli(venue.nowMillis()), ZoneId.of(ZONE)).plusDays(1);
    host.press("Create an event").sees("What guests will see").until("!document.getElementById('deposit').disabled")
        .fill("groupName", "Tea and talk").fill("title", TITLE).fill("day", tomorrow.toString()).fill("starts", "19:00")
        .fill("ends", "22:00").fill("zone", ZONE).fill("place", "Hall 2, by the window").fill("capacity", "12")
        .fill("description", "Bring a cup and a question.").press("Ask for a deposit")
        .fill("amount", Long.toString(plan.depositSat()))
        .sees("Guests lock " + deposit + "; it comes back when they check in.");
    album.take(host, "create", "The organiser creates the event, and sees beside it what guests will see.");
    host.press("Create the event").sees("What happens when, by itself").sees("Pass this on");
    event = host.eval("location.hash.split('/')[2]").asText();
    terms = venue.api(ORGANISER).get("/events/" + event, Events.Detail.class).terms();
    album.take(host, "desk", "The organiser's desk: the invite as a code, and the event's clock.");
    progress.step("an event with a deposit of " + deposit);
  }

  /** People with nodes come by the invite's code, guests by an address; all say yes. */
  void sayYes() {
    progress.stage("saying yes", plan.attendees());
    var invite = host.eval("document.querySelector('.qr').dataset.text").asText();
    var guests = plan.guests() == 0 ? "" : guestsPage();
    for (var who : plan.people()) {
      var visitor = Visitor.withPhone(who, opened(browser.person()));
      visitors.add(visitor);
      if (who.hasNode()) {
        join(visitor, invite);
      } else {
        takeSeat(visitor, guests);
      }
      progress.step(who.name() + (who.hasNode() ? "" : ", without a node,") + " has a seat");
    }
    host.sees(plan.attendees() + " / 12");
  }

  private String guestsPage() {
    return venue.api(ORGANISER).post("/events/" + event + "/guests", new Guests.Open("127.0.0.1:0"),
        Guests.Opened.class).urls().getFirst();
  }

  private boolean first(Attendee who) {
    return visitors.stream().map(Visitor::who).filter(other -> other.hasNode() == who.hasNode()).findFirst()
        .filter(who::equals).isPresent();
  }

  private void join(Visitor visitor, String invite) {
    var page = visitor.page();
    page.go(venue.node(visitor.who().key()).pagesLink().toString()).sees("What should we call you?")
        .fill("nickname", visitor.who().name()).press("That’s me").sees("Now one real thing").fill("invite", invite)
        .press("Join").sees("You are invited").press("Join").sees("You are in.").press("See the event")
        .sees("Will you come?");
    if (first(visitor.who())) {
      album.take(page, "invited",
          "An attendee's phone, by the invite's code: what it is, and the rules in one sentence.");
    }
    page.pressTwice("Yes, I’ll come").sees("A seat is yours.").sees("You can lock it from");
  }

  private void takeSeat(Visitor visitor, String url) {
    var page = visitor.page();
    page.go(url).sees("Come along").fill("name", visitor.who().name());
    if (first(visitor.who())) {
      album.take(page, "guest", "A guest without a node: the page of this one event, in any browser.");
    }
    page.press("Save me a seat").sees("A seat is yours, " + visitor.who().name() + ".");
  }

  /** Everybody locks the deposit: by a button, or from any wallet. */
  void lock() {
    progress.stage("locks held", plan.attendees());
    venue.jumpTo(terms().lockOpensAtMillis() + MINUTE);
    for (var visitor : visitors) {
      if (visitor.who().hasNode()) {
        lockFromOwnNode(visitor);
      } else {
        payByWallet(visitor);
      }
      progress.step(visitor.who().name() + ": " + deposit + " held, not spent");
    }
    host.sees(String.format(Locale.ROOT, "deposits held, %,d sat in all", plan.attendees() * plan.depositSat()));
    album.take(host, "desk-held", "The desk before the evening: every deposit is held, and nobody has been paid.");
  }

  private void lockFromOwnNode(Visitor visitor) {
    var page = visitor.page();
    page.sees("Lock it from another wallet");
    if (first(visitor.who())) {
      page.show(DEPOSIT);
      album.take(page, "lock", "The lock window is open: one button for the node's own channel, or any other wallet.");
    }
    page.press("Lock " + deposit).sees("Held, not spent.");
    if (first(visitor.who())) {
      visitor.dark(true);
      page.show(DEPOSIT);
      album.take(page, "held", "Held, not spent: where it is, when it comes back, and by when at the latest.");
      visitor.dark(false);
    }
  }

  private void payByWallet(Visitor visitor) {
    var page = visitor.page();
    page.reload().sees("Waiting for your payment").until("document.querySelector('.qr path') !== null");
    if (first(visitor.who())) {
      page.show(DEPOSIT);
      album.take(page, "guest-pay", "The guest's deposit, as a code and a link for any Lightning wallet.");
    }
    var bolt11 = page.eval("document.querySelector('a[href^=\"lightning:\"]').getAttribute('href').slice(10)").asText();
    venue.purse(visitor.who().key())
        .pay(new Lightning.PayRequest(PaymentId.random(RANDOM), bolt11, MOST_FEE, ROUTE_TIMEOUT));
    page.sees("Held, not spent.");
    if (first(visitor.who())) {
      page.show(DEPOSIT);
      album.take(page, "guest-held", "The guest's page has noticed: held, not spent.");
    }
  }

  /** Those who come are let in by their cameras, and see their deposits come back. */
  void comeIn() {
    progress.stage("check-ins and refunds", present().size());
    venue.jumpTo(terms().checkInOpensAtMillis() + MINUTE);
    host.press("Door").until("document.querySelector('.qr')?.dataset.text !== undefined")
        .sees("0 / " + plan.attendees());
    for (var visitor : present()) {
      if (visitor.who().hasNode()) {
        scanTheDoor(visitor);
      } else {
        visitor.page().go(doorCode()).sees("You are in");
      }
      if (visitor.equals(visitors.getFirst())) {
        host.sees("Welcome, you are checked in");
        album.take(host, "door", "The door, on the host's laptop: the code, who has just come, who is expected.");
      }
      visitor.page().sees("It is back.");
      if (first(visitor.who())) {
        album.take(visitor.page(), visitor.who().hasNode() ? "in" : "guest-in", visitor.who().hasNode()
            ? "In, by one look of the camera at the door's code; the deposit came back meanwhile."
            : "The guest is in, by the phone's own camera; the deposit is back in their wallet.");
      }
      progress.step(visitor.who().name() + " came, and the deposit is back");
    }
    host.sees(present().size() + " / " + plan.attendees());
  }

  /** What a camera sees at the door just now. */
  private String doorCode() {
    return host.eval("document.querySelector('.qr').dataset.text").asText();
  }

  private void scanTheDoor(Visitor visitor) {
    var page = visitor.page();
    for (int scan = 1;; scan++) {
      FakeCamera.show(browser.film(), doorCode());
      page.press("Scan the door’s code")
          .until("/You are in\\.|Not checked in/.test(document.body.innerText)");
      if (page.text().contains("You are in.")) {
        return;
      }
      if (scan == SCANS) {
        throw new IllegalStateException(visitor.who().name() + " is not let in:\n" + page.text());
      }
      page.press("Close the camera");
    }
  }

  /** The no-shows' deposits go to those who came. */
  void settle() {
    progress.stage("the settlement", 3);
    host.press("Money");
    venue.jumpTo(terms().appealsCloseAtMillis() + MINUTE);
    if (plan.noShows() > 0) {
      present().stream().filter(visitor -> !visitor.who().hasNode()).forEach(this::claimByPage);
      for (var visitor : present()) {
        if (visitor.who().hasNode()) {
          visitor.page().sees("It has arrived.");
        }
      }
      progress.step("shares have arrived at everybody's node, and in the guests' wallets");
    }
    awaitDone();
    host.reload().sees("All is settled").sees("everything adds up");
    album.takeWhole(host, "settlement",
        "Where the money went: a picture, every line, and what one's own node says of it.");
    progress.step("all is settled, and every page says that it adds up");
    var visitor = visitors.getFirst();
    visitor.page().reload().sees(plan.noShows() > 0 ? "It has arrived." : "It is back.");
    visitor.page().show("[aria-labelledby=payout], [aria-labelledby=deposit]");
    album.take(visitor.page(), "share", "The share of those who stayed away, at an attendee's node.");
    visitor.page().press("Money").sees("everything adds up");
    album.takeWhole(visitor.page(), "audit",
        "The same settlement on an attendee's phone, recomputed by their own node.");
    visitor.page().press("You").sees("Deposits and shares").sees("My data").show("[aria-labelledby=deposits]");
    album.take(visitor.page(), "you",
        "What an attendee has locked, got back and received, and everything to take away.");
    progress.step("everybody can see it");
  }

  /** A guest's share goes to whatever wallet asks for exactly that much. */
  private void claimByPage(Visitor visitor) {
    var page = visitor.page();
    page.reload().sees("A share for you").until("document.getElementById('to') !== null");
    long amount = Long.parseLong(page.eval("document.querySelector('[data-payout]').dataset.payout").asText());
    if (firstOf(present(), visitor)) {
      page.show(PAYOUT);
      album.take(page, "guest-share",
          "The guest's share of what the no-shows lost: any wallet's invoice brings it there.");
    }
    var invoice = venue.purse(visitor.who().key()).invoice(new Msat(amount), TITLE, Duration.ofHours(1));
    page.fill("to", invoice.bolt11()).press("Send it there");
    Until.holds(() -> paid(visitor), ROUTE_TIMEOUT, () -> visitor.who().name() + " is not paid: " + report());
    progress.step(visitor.who().name() + " has " + amount / 1_000 + " sat of it in a wallet of their own");
  }

  private boolean paid(Visitor visitor) {
    return report().people().stream().filter(line -> visitor.who().name().equals(line.nickname()))
        .anyMatch(line -> line.payoutMsat() > 0);
  }

  private static boolean firstOf(List<Visitor> some, Visitor visitor) {
    return some.stream().filter(other -> !other.who().hasNode()).findFirst().filter(visitor::equals).isPresent();
  }

  /** A payout that found no way is tried again after minutes on the nodes' clock; here they pass quickly. */
  private void awaitDone() {
    for (int looks = 0; !Until.comes(LOOK, () -> report().done()); looks++) {
      if (looks == MOST_LOOKS) {
        throw new IllegalStateException("the settlement does not come to its end: " + report());
      }
      venue.jumpBy(onlyGuestsAreDue() ? DepositTerms.CLAIM_WINDOW.toMillis() + MINUTE : MINUTE);
    }
  }

  /** What fees have left over no guest takes the trouble to claim: it goes to the next by the draw. */
  private boolean onlyGuestsAreDue() {
    var guests = plan.people().stream().filter(who -> !who.hasNode()).map(Attendee::name).toList();
    var due = report().people().stream().filter(line -> List.of("claimable", "claimed").contains(line.payoutState()))
        .toList();
    return !due.isEmpty()
        && due.stream().allMatch(line -> line.nickname() != null && guests.contains(line.nickname()));
  }

  /** What the organiser's node says became of the money. */
  Money.Report report() {
    return venue.api(ORGANISER).get("/events/" + event + "/report", Money.Report.class);
  }

  /** What each locked deposit looks like at the node that holds them: its amount in msat. */
  List<Long> held() {
    return venue.purse(ORGANISER).held().stream().map(htlc -> htlc.amount().value()).toList();
  }

  @Override
  public void close() {
    pages.forEach(ChromiumPage::close);
  }
}
