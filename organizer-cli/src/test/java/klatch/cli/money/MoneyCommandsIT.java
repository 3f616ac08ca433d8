package klatch.cli.money;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.cli.Commands;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.TimeText;
import klatch.commitments.Msat;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import klatch.web.TestNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the commands about deposits print, and how they exit. */
@Timeout(60)
final class MoneyCommandsIT {
  private static final long START = TimeText.moment("2026-12-01T18:00Z", ZoneId.of("UTC"));
  private static final long HOUR = Duration.ofHours(1).toMillis();

  @TempDir
  Path anna;

  @TempDir
  Path ben;

  private record Ran(int exitCode, String out) {}

  private static Ran run(Path dataDir, String... args) {
    var out = new StringWriter();
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data-dir", dataDir.toString()));
    int exitCode = Commands.of(options -> {
      throw new AssertionError("no command but up starts a node");
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(out)).execute(all.toArray(String[]::new));
    return new Ran(exitCode, out.toString());
  }

  private static void write(Path dataDir, String url, String token) throws Exception {
    Files.writeString(dataDir.resolve(ApiClient.ApiFile.NAME), Json.line(new ApiClient.ApiFile(url, token)));
  }

  @Test
  void aDepositFromTheCommandLine() throws Exception {
    var now = new AtomicLong(START - 11 * HOUR);
    var network = new InMemoryNetwork(() -> Instant.ofEpochMilli(now.get()), 1);
    try (var annasNode = node(network, now, "anna"); var bensNode = node(network, now, "ben")) {
      write(anna, annasNode.api.url().toString(), annasNode.api.token());
      write(ben, bensNode.api.url().toString(), bensNode.api.token());
      assertThat(run(anna, "group", "create", "Tea").exitCode()).isZero();
      var created = run(anna, "event", "create", "First cup", "--start", "2026-12-01 18:00", "--zone", "UTC",
          "--deposit-sat", "999");
      assertThat(created.out()).contains("note").contains("dust");
      var event = annasNode.meetup.events().getFirst().id().toString();
      bensNode.meetup.joinGroup(annasNode.meetup.groups().getFirst().topic(), "Ben");
      TestNode.exchange(annasNode, bensNode);
      bensNode.host.connect(annasNode.host.listenAddresses().getFirst());
      assertThat(run(ben, "rsvp", event).out()).contains("Your pledge is signed");
      Awaitility.await().untilAsserted(() -> {
        TestNode.exchange(annasNode, bensNode);
        assertThat(run(ben, "event", "show", event).out()).contains("999 sat  offered, not locked yet");
      });

      assertThat(run(ben, "lock", event, "--wait", "0s")).extracting(Ran::exitCode).isEqualTo(0);
      Awaitility.await().untilAsserted(() -> {
        TestNode.exchange(annasNode, bensNode);
        assertThat(run(ben, "lock", event).out())
            .isEqualToIgnoringNewLines("999 sat: held, not spent: comes back when you check in");
      });
      assertThat(run(anna, "event", "show", event).out())
          .containsPattern("Ben \\([0-9a-f]{6}\\) +confirmed +no +999 sat +held, not spent")
          .contains("deposit    999 sat, comes back at check-in");
      assertThat(run(anna, "settle", event)).extracting(Ran::exitCode).isEqualTo(ExitCode.REFUSED);

      now.set(START);
      var frame = run(anna, "door", event).out().strip();
      assertThat(run(ben, "checkin", event, "--frame", frame).out()).startsWith("You are checked in.");
      now.set(START + 9 * HOUR);
      Awaitility.await().untilAsserted(() -> {
        TestNode.exchange(annasNode, bensNode);
        assertThat(run(anna, "settle", event).out()).contains("Settled: every deposit and every payout");
      });
      TestNode.exchange(annasNode, bensNode);
      assertThat(run(ben, "report", event).out()).contains("yours: 999 sat released, received 0 sat")
          .contains("pot 0 sat = paid out 0 sat").contains("Everything is done.");
      assertThat(run(ben, "deposits").out())
          .containsPattern("First cup +Tue 1 Dec 2026 18:00 UTC +999 sat +released +0 sat");
      assertThat(run(anna, "deposits").out()).contains("You have locked no deposit yet.");
      assertThat(run(ben, "audit", event))
          .isEqualTo(new Ran(0, "Clean: the signed log and what was done agree." + System.lineSeparator()));
      assertThat(run(anna, "status").out()).containsPattern("CHANNEL +WITH +CAPACITY").contains("1,000,000 sat");
    }
  }

  private static TestNode node(InMemoryNetwork network, AtomicLong now, String name) {
    return new TestNode(now, Optional.of(network.open(name, Msat.ofSat(1_000_000), Msat.ofSat(500_000),
        InMemoryLightning.Delivery.THREAD)));
  }

  @Test
  void anAuditThatIsNotCleanExitsWith1AndNamesTheProofs() throws Exception {
    var node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var answer = ("{\"event\":\"e\",\"clean\":false,\"complete\":true,\"findings\":[{\"kind\":\"collected_present\","
        + "\"message\":\"ben was there and 10000 sat were taken\",\"proofs\":[\"aa\",\"bb\"]}]}")
        .getBytes(StandardCharsets.UTF_8);
    node.createContext("/api/v1/events/" + "ab".repeat(32) + "/audit", exchange -> {
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    node.start();
    try {
      write(anna, "http://127.0.0.1:" + node.getAddress().getPort(), "t");
      var audit = run(anna, "audit", "ab".repeat(32));
      assertThat(audit.exitCode()).isEqualTo(1);
      assertThat(audit.out()).contains("NOT clean: 1 difference.").contains("ben was there and 10000 sat were taken")
          .contains("proof   aa").contains("proof   bb");
      assertThat(run(anna, "audit", "ab".repeat(32), "--json").out().lines().toList().getLast())
          .startsWith("{\"event\":\"e\",\"clean\":false");
    } finally {
      node.stop(0);
    }
  }
}
