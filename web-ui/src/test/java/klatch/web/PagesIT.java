package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.commitments.Msat;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import klatch.log.TopicPolicy;
import klatch.log.TopicSync;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The pages in a real browser, as people use them: nodes that sync with each other over loopback, Lightning in memory, a
 * clock of ours. Nothing that a script gets wrong and nothing that axe finds is let through on any page.
 */
@Timeout(120)
final class PagesIT {
  /** 2027-01-15, 08:00 UTC. */
  private static final long NOON = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  /** 2027-01-16, 19:00 in Berlin. */
  private static final long START = 1_800_122_400_000L;
  private static final long END = START + 3 * HOUR;
  /** Pictures for whoever looks at the pages; none unless asked for. */
  private static final Optional<Path> PICTURES = Optional.ofNullable(System.getProperty("klatch.pictures"))
      .map(Path::of);

  private final AtomicLong now = new AtomicLong(NOON);
  private final InMemoryNetwork network = new InMemoryNetwork(() -> Instant.ofEpochMilli(now.get()), 1);
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<ChromiumPage> pages = new ArrayList<>();
  private Chromium browser;
  private TestNode anna;
  private TestNode ben;

  @BeforeEach
  void begin() {
    browser = Chromium.shared();
    anna = node("anna");
    ben = node("ben");
  }

  private TestNode node(String name) {
    var node = new TestNode(now, Optional.of(network.open(name, Msat.ofSat(1_000_000), Msat.ofSat(500_000),
        InMemoryLightning.Delivery.THREAD)));
    open.addFirst(node);
    var sync = new TopicSync(node.host, node.store, TopicPolicy.OPEN);
    open.addFirst(sync);
    if (anna != null) {
      sync.keep(anna.host.listenAddresses().getFirst());
    }
    return node;
  }

  private ChromiumPage person(TestNode node) {
    var page = browser.person();
    pages.add(page);
    return page.go(node.api.link().toString());
  }

  @AfterEach
  void end() throws Exception {
    try {
      for (var page : pages) {
        assertThat(page.faults()).isEmpty();
        assertThat(page.asked()).allMatch(url -> url.startsWith("http://127.0.0.1:") || url.startsWith("blob:")
            || url.startsWith("data:") || url.startsWith("about:"));
      }
    } finally {
      for (var page : pages) {
        page.close();
      }
      for (var part : open) {
        part.close();
      }
    }
  }

  /** Nothing on this page keeps somebody with a keyboard or a screen reader out, wide or narrow, light or dark. */
  private void good(ChromiumPage page, String name) {
    Pictures.take(PICTURES, page, name);
    assertThat(Axe.findings(page)).as(name).isEmpty();
    page.size(360, 780, true);
    assertThat(Axe.findings(page)).as(name + ", narrow and dark").isEmpty();
    assertThat(page.eval("document.documentElement.scrollWidth <= 360").asBoolean()).as(name + " fits 360 px").isTrue();
    page.size(1280, 900, false);
  }

  private ChromiumPage named(TestNode node, String nickname) {
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
    var host = named(anna, "Anna");
    good(host, "start");
    var event = create(host);
    var invite = host.sees("Pass this on").eval("document.querySelector('.qr').dataset.text").asText();

    var guest = named(ben, "Ben");
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
        .press("See the events").sees("First cup of the year");
    page.eval("document.querySelector('a.event').click()");
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
    assertThat(first.eval("location.href").asText()).as("the code is not kept").doesNotContain("/in/");
    second.go(link).sees("This link was used already");
    good(second, "used");
    second.go("about:blank").go(anna.api.url().toString()).sees("This browser is not let in yet");
    var tab = browser.page(first.context);
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
}
