package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.regtest.browser.Chromium;
import klatch.regtest.browser.ChromiumPage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.commitments.Msat;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import klatch.libp2p.MalformedMessageException;
import klatch.log.TopicSync;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/**
 * Two people's nodes, which sync with each other over loopback, Lightning in memory, a clock of ours, and a real browser for
 * each. Nothing that a script gets wrong, no request to another host, and nothing that axe finds is let through.
 */
abstract class PagesFixture {
  /** 2027-01-15, 08:00 UTC. */
  static final long NOON = 1_800_000_000_000L;
  static final long HOUR = Duration.ofHours(1).toMillis();
  /** 2027-01-16, 19:00 in Berlin. */
  static final long START = 1_800_122_400_000L;
  static final long END = START + 3 * HOUR;
  /** Pictures for whoever looks at the pages; none unless asked for. */
  static final Optional<Path> PICTURES = Optional.ofNullable(System.getProperty("klatch.pictures"))
      .map(Path::of);

  final AtomicLong now = new AtomicLong(NOON);
  final InMemoryNetwork network = new InMemoryNetwork(() -> Instant.ofEpochMilli(now.get()), 1);
  private final Map<TestNode, TopicSync> syncs = new HashMap<>();
  final List<AutoCloseable> open = new ArrayList<>();
  final List<ChromiumPage> pages = new ArrayList<>();
  Chromium browser;
  TestNode anna;
  TestNode ben;

  @BeforeEach
  void begin() {
    Assumptions.assumeTrue(Chromium.installed(), "needs Chromium on the PATH");
    browser = Chromium.shared();
    anna = node("anna");
    ben = node("ben");
  }

  TestNode node(String name) {
    var node = new TestNode(now, Optional.of(network.open(name, Msat.ofSat(1_000_000), Msat.ofSat(500_000),
        InMemoryLightning.Delivery.THREAD)));
    open.addFirst(node);
    connect(node);
    return node;
  }

  /** Has a node sync with anna's, as long as it is not cut off. */
  final void connect(TestNode node) {
    var sync = synced(node);
    syncs.put(node, sync);
    node.syncState = () -> new SyncState(
        sync.peers().stream().mapToLong(TopicSync.PeerStatus::silentMillis).min(), 0);
  }

  /** From now on it and the others hear nothing of each other. */
  final void cutOff(TestNode node) {
    var sync = Objects.requireNonNull(syncs.remove(node));
    open.remove(sync);
    sync.close();
  }

  private TopicSync synced(TestNode node) {
    try {
      var sync = anna == null ? node.startSync() : node.startSync(anna.address());
      open.addFirst(sync);
      return sync;
    } catch (MalformedMessageException e) {
      throw new AssertionError("a host's own address is not one", e);
    }
  }

  ChromiumPage person(TestNode node) {
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
  void good(ChromiumPage page, String name) {
    Pictures.take(PICTURES, page, name);
    assertThat(Axe.findings(page)).as(name).isEmpty();
    page.size(360, 780, true);
    assertThat(Axe.findings(page)).as(name + ", narrow and dark").isEmpty();
    assertThat(page.eval("document.documentElement.scrollWidth <= 360").asBoolean()).as(name + " fits 360 px").isTrue();
    page.size(1280, 900, false);
  }

  /** A person with a name, past the first run. */
  ChromiumPage named(TestNode node, String nickname) {
    node.post("/profile", "{\"nickname\":\"" + nickname + "\"}");
    return person(node).sees("I have an invite");
  }

  /** An event of anna's, with a seat for ben, by the API. */
  String eventWithBen(String more) {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var group = anna.get("/groups").body().at("/groups/0/id").asText();
    var invite = anna.get("/groups/" + group + "/invite").body().path("invite").asText();
    var event = anna.post("/events", "{\"title\":\"First cup\",\"zone\":\"Europe/Berlin\",\"capacity\":20,"
        + "\"startsAtMillis\":" + START + ",\"endsAtMillis\":" + END + more + "}").body().path("event").asText();
    ben.post("/groups/join", "{\"invite\":\"" + invite + "\"}");
    Awaitility.await().until(() -> ben.post("/events/" + event + "/rsvp", "").status() == 200);
    Awaitility.await().until(
        () -> ben.get("/events/" + event).body().at("/summary/yourSeat").asText().equals("confirmed"));
    return event;
  }
}
