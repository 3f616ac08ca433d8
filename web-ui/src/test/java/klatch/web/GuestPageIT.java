package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import klatch.regtest.browser.Chromium;
import klatch.regtest.browser.ChromiumPage;
import klatch.libp2p.Ed25519Key;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guests without a node, with a browser and any wallet: the page of one event on the listener that its host has opened. */
@Timeout(60)
final class GuestPageIT {
  private static final long NOON = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long START = 1_800_122_400_000L;
  private static final Optional<Path> PICTURES = Optional.ofNullable(System.getProperty("klatch.pictures"))
      .map(Path::of);

  private final AtomicLong now = new AtomicLong(NOON);
  private final InMemoryNetwork network = new InMemoryNetwork(() -> Instant.ofEpochMilli(now.get()), 1);
  private final InMemoryLightning wallet = network.open("wallet", Msat.ofSat(1_000_000), Msat.ofSat(500_000),
      InMemoryLightning.Delivery.THREAD);
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<ChromiumPage> pages = new ArrayList<>();
  private TestNode anna;
  private String event;

  @BeforeEach
  void begin() {
    Assumptions.assumeTrue(Chromium.installed(), "needs Chromium on the PATH");
    anna = new TestNode(now, Optional.of(network.open("anna", Msat.ofSat(1_000_000), Msat.ofSat(500_000),
        InMemoryLightning.Delivery.THREAD)));
    anna.post("/profile", "{\"nickname\":\"Anna\"}");
    anna.post("/groups", "{\"name\":\"Tea and talk\"}");
    event = anna.post("/events", "{\"title\":\"First cup of the year\",\"startsAtMillis\":" + START
        + ",\"endsAtMillis\":" + (START + 3 * HOUR)
        + ",\"zone\":\"Europe/Berlin\",\"place\":\"In town\",\"hiddenPlace\":\"Hall 2\",\"capacity\":1,\"depositMsat\":10000000}")
        .body()
        .path("event")
        .asText();
  }

  @AfterEach
  void end() {
    pages.forEach(page -> assertThat(page.faults()).isEmpty());
    pages.forEach(ChromiumPage::close);
    nodes.forEach(TestNode::close);
    anna.close();
  }

  private String opened() {
    return anna.post("/events/" + event + "/guests", "{\"listen\":\"127.0.0.1:0\"}").body().at("/urls/0").asText();
  }

  private ChromiumPage guest(String url) {
    var page = Chromium.shared().person();
    pages.add(page);
    return page.go(url);
  }

  private void good(ChromiumPage page, String name) {
    page.size(360, 780, false);
    Pictures.take(PICTURES, page, name);
    assertThat(Axe.findings(page)).as(name).isEmpty();
    page.size(1280, 900, true);
    assertThat(Axe.findings(page)).as(name + ", wide and dark").isEmpty();
    page.size(360, 780, false);
    assertThat(page.eval("document.documentElement.scrollWidth <= 360").asBoolean()).as(name + " fits 360 px").isTrue();
  }

  @Test
  void aGuestTakesASeatPaysByAnyWalletAndComesInByThePhonesCamera() {
    var url = opened();
    var guest = guest(url).sees("First cup of the year").sees("Guests lock 10,000 sat");
    good(guest, "guest");
    guest.fill("name", "Gül").pressTwice("Save me a seat").sees("A seat is yours, Gül.").sees("Hall 2")
        .sees("You can lock it from");
    assertThat(anna.get("/events/" + event).body().at("/people/0/nickname").asText()).isEqualTo("Gül");
    var late = guest(url).sees("Come along").fill("name", "Ivo").press("Save me a seat").sees("on the waitlist");
    assertThat(late.text()).contains("In town").doesNotContain("Hall 2");

    now.set(START - 11 * HOUR);
    guest.reload().sees("Waiting for your payment");
    good(guest, "guest-pay");
    var text = guest.eval("document.querySelector('.qr').dataset.text").asText();
    assertThat(text).startsWith("LIGHTNING:");
    var bolt11 = guest.eval("document.querySelector('a[href^=\"lightning:\"]').getAttribute('href').slice(10)")
        .asText();
    assertThat(text).isEqualToIgnoringCase("lightning:" + bolt11);
    wallet.watch(_ -> {
    });
    wallet.pay(new Lightning.PayRequest(PaymentId.random(new SecureRandom()), bolt11, Msat.ofSat(10),
        Duration.ofSeconds(10)));
    guest.sees("Held, not spent.");
    guest.reload().sees("Held, not spent.");
    good(guest, "guest-held");

    now.set(START);
    guest.reload().sees("point your phone’s camera");
    late.go(door(url)).sees("you have no seat yet");
    guest.go(door(url)).sees("You are in").sees("It is back.");
    assertThat(guest.eval("location.pathname").asText()).isEqualTo("/");
    good(guest, "guest-in");
    Awaitility.await().untilAsserted(
        () -> assertThat(anna.get("/events/" + event).body().at("/people/0/deposit/state").asText())
            .isEqualTo("released"));
  }

  /** The address in the door's code. */
  private String door(String url) {
    var door = anna.get("/events/" + event + "/door").body();
    assertThat(door.path("url").asText()).isEqualTo(url + door.path("frame").asText());
    return door.path("url").asText();
  }

  @Test
  void aGuestSeesTheEventsPictureAndItsHostsFaceAndNoOthers() {
    anna.post("/profile", "{\"picture\":\"" + jpeg(128, 128) + "\"}");
    anna.post("/events/" + event + "/edit", "{\"cover\":\"" + jpeg(640, 360) + "\"}");
    var guest = guest(opened()).sees("Come along")
        .until("document.querySelectorAll('img[src^=\"blob:\"]').length === 2");
    good(guest, "guest-cover");
    assertThat(guest.eval("fetch('/api/v1/pictures/" + "0".repeat(64) + "').then(answer => answer.status)").asInt())
        .isEqualTo(404);
  }

  private static String jpeg(int width, int height) {
    try (var bytes = new ByteArrayOutputStream()) {
      var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      for (int x = 0; x < width; x++) {
        for (int y = 0; y < height; y++) {
          image.setRGB(x, y, 0x0f6e5c + ((x / 3) << 16) + (y / 3));
        }
      }
      ImageIO.write(image, "jpeg", bytes);
      return Base64.getEncoder().encodeToString(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two with seats and deposits, of whom one comes. */
  @Test
  void aGuestWhoCameHasTheNoShowsDepositPaidToAnyWallet() {
    anna.post("/events/" + event + "/edit", "{\"capacity\":2}");
    wallet.watch(_ -> {
    });
    var url = opened();
    var ivo = guest(url).fill("name", "Ivo").press("Save me a seat").sees("A seat is yours");
    var guest = guest(url).fill("name", "Gül").press("Save me a seat").sees("A seat is yours, Gül.");
    now.set(START - 11 * HOUR);
    List.of(ivo, guest).forEach(this::lockFromTheWallet);
    now.set(START);
    guest.go(door(url)).sees("You are in").sees("It is back.");
    now.set(anna.get("/events/" + event).body().at("/terms/appealsCloseAtMillis").asLong());
    guest.reload().sees("A share for you");
    good(guest, "guest-payout");
    assertThat(payout(ivo, "Ivo").isNull()).isTrue();
    long amount = payout(guest, "Gül").path("amountMsat").asLong();
    guest.fill("to", wallet.invoice(new Msat(amount + 1_000), "", Duration.ofHours(1)).bolt11()).press("Send it there")
        .sees("exactly the sum shown here");
    guest.fill("to", wallet.invoice(new Msat(amount), "", Duration.ofHours(1)).bolt11()).press("Send it there");
    Awaitility.await().untilAsserted(() -> assertThat(anna.get("/events/" + event + "/report").body().path("people"))
        .anySatisfy(line -> assertThat(line.path("payoutMsat").asLong()).isEqualTo(amount)));
    assertThat(payout(guest, "Gül").path("amountMsat").asLong()).as("what the fees have left over").isLessThan(amount);
    guest.reload().sees("Left over:");
    assertThat(guest.text()).doesNotContain("Send it there");
  }

  /** Two with seats and deposits, of whom one comes, and goes on with a node of their own. */
  @Test
  void aGuestTakesTheirKeyToANodeWhichGoesOnAsThem() throws Exception {
    anna.post("/events/" + event + "/edit", "{\"capacity\":2}");
    wallet.watch(_ -> {
    });
    var url = opened();
    var ivo = guest(url).fill("name", "Ivo").press("Save me a seat").sees("A seat is yours");
    var guest = guest(url).fill("name", "Gül").press("Save me a seat").sees("A seat is yours, Gül.");
    now.set(START - 11 * HOUR);
    lockFromTheWallet(ivo);
    lockFromTheWallet(guest);
    guest.eval("document.querySelector('details').open = true");
    guest.sees("From then on this page says nothing for you");
    good(guest, "guest-take");
    guest.fill("words", "Käse").press("Take my key to my node").sees("You have taken your key to a node")
        .until("document.getElementById('taken') !== null");
    good(guest, "guest-taken");
    var text = guest.eval("document.getElementById('taken').value").asText();
    assertThat(text).doesNotContain(guest.eval("localStorage.getItem('klatch-guest-key')").asText());
    assertThat(guest.reload().sees("You have taken your key to a node").text()).doesNotContain("Give my seat back");

    assertThat(bring(anna, text, "Käse").reason()).isEqualTo("not-fresh");
    var fresh = nodes(Ed25519Key.generate());
    try (var read = anna.startSync(); var reading = fresh.startSync(anna.address())) {
      assertThat(List.of(read, reading)).doesNotContainNull();
      assertThat(bring(fresh, text, "").reason()).isEqualTo("passphrase");
      assertThat(bring(fresh, text.replace("last 3", "last 2"), "Käse").reason()).isEqualTo("no-guest-key");
      refusedOnThePage(fresh, text);
      assertThat(fresh.became).isNotDone();
      var brought = bring(fresh, text, "Käse");
      assertThat(brought.status()).as("%s", brought.body()).isEqualTo(200);
      assertThat(brought.body().path("nickname").asText()).isEqualTo("Gül");
      goesOn(nodes(fresh.became.get()), guest, url);
    }
    anna.host.close();
    assertThat(bring(nodes(Ed25519Key.generate()), text, "Käse").reason()).isEqualTo("log-unread");
  }

  private TestNode nodes(Ed25519Key key) {
    var node = new TestNode(now, Optional.of(network.open("node" + nodes.size(), Msat.ofSat(1_000_000),
        Msat.ofSat(500_000), InMemoryLightning.Delivery.THREAD)), Optional.empty(), key);
    nodes.add(node);
    return node;
  }

  private static TestNode.Reply bring(TestNode node, String text, String passphrase) {
    return node.post("/guest-key", Json.MAPPER.createObjectNode().put("text", text).put("passphrase", passphrase)
        .toString());
  }

  private void refusedOnThePage(TestNode fresh, String text) {
    var page = guest(fresh.api.link().toString()).sees("What should we call you?");
    page.eval("document.querySelector('details').open = true");
    page.fill("key-text", text).fill("key-words", "Brot").press("Go on as this guest")
        .sees("This is not the passphrase of this key.");
    good(page, "first-bring");
  }

  /** What was said as a guest is there, and what follows from it too. */
  private void goesOn(TestNode node, ChromiumPage page, String url) throws Exception {
    try (var sync = node.startSync(anna.address())) {
      sync.follow(anna.meetup.events().getFirst().group());
      Awaitility.await().untilAsserted(() -> {
        var mine = node.get("/events/" + event).body();
        assertThat(mine.at("/summary/yourSeat").asText()).isEqualTo("confirmed");
        assertThat(mine.at("/people").findValuesAsText("state")).contains("held");
      });
      now.set(START);
      page.go(door(url)).sees("You are in").sees("It is back.");
      now.set(anna.get("/events/" + event).body().at("/terms/appealsCloseAtMillis").asLong());
      Awaitility.await().untilAsserted(() -> assertThat(node.get("/deposits").body().path("deposits"))
          .anySatisfy(line -> {
            assertThat(line.path("state").asText()).isEqualTo("released");
            assertThat(line.path("payoutState").asText()).isEqualTo("paid");
          }));
      assertThat(node.get("/events/" + event + "/audit").body().path("clean").asBoolean()).isTrue();
      assertThat(anna.store.forks(anna.meetup.events().getFirst().group())).isEmpty();
    }
  }

  private void lockFromTheWallet(ChromiumPage page) {
    page.reload().sees("Waiting for your payment");
    wallet.pay(new Lightning.PayRequest(PaymentId.random(new SecureRandom()),
        page.eval("document.querySelector('a[href^=\"lightning:\"]').getAttribute('href').slice(10)").asText(),
        Msat.ofSat(10), Duration.ofSeconds(10)));
    page.sees("Held, not spent.");
  }

  /** What the page of somebody is told of their payout. */
  private JsonNode payout(ChromiumPage page, String nickname) {
    for (var person : anna.get("/events/" + event).body().path("people")) {
      if (person.path("nickname").asText().equals(nickname)) {
        return page.eval("fetch('/api/v1/me/" + person.path("person").asText()
            + "').then(answer => answer.json()).then(me => me.payout ?? null)");
      }
    }
    throw new AssertionError("nobody is called " + nickname);
  }

  @Test
  void aStaleDoorIsRefusedAndTheSameBrowserIsTheSameGuestInTwoTabs() {
    var url = opened();
    var guest = guest(url).sees("Come along").fill("name", "Gül").press("Save me a seat").sees("A seat is yours");
    var tab = Chromium.shared().page(guest.context());
    pages.add(tab);
    tab.go(url).sees("A seat is yours, Gül.");
    now.set(START);
    var old = door(url);
    now.addAndGet(60_000);
    tab.go(old).sees("Not checked in").sees("old");
    assertThat(anna.get("/events/" + event).body().at("/people/0/present").asBoolean()).isFalse();
  }

  @Test
  void nothingButTheOneEventCanBeReachedAndItCanBeClosed() {
    var url = opened();
    assertThat(anna.get("/events/" + event + "/guests").body().at("/urls/0").asText()).isEqualTo(url);
    var guest = guest(url).sees("Come along");
    for (var path : List.of("/api/v1/status", "/api/v1/events", "/api/v1/wallet", "/api/v1/groups", "/index.html",
        "/session", "/api/v1/session", "/api.json")) {
      assertThat(guest.eval("fetch('" + path + "').then(answer => answer.status)").asInt()).as(path).isEqualTo(404);
    }
    assertThat(
        guest.eval("fetch('/api/v1/wish', {method: 'POST', body: 'x'.repeat(20000)}).then(a => a.status)").asInt())
        .isEqualTo(400);
    assertThat(guest.eval("fetch('/api/v1/me/nobody').then(a => a.json()).then(a => a.error.message)").asText())
        .contains("64 hex digits");
    anna.post("/events/" + event + "/guests/close", "");
    assertThat(anna.get("/events/" + event + "/guests").body().path("urls")).isEmpty();
    assertThat(anna.get("/events/" + event + "/door").body().has("url")).isFalse();
  }
}
