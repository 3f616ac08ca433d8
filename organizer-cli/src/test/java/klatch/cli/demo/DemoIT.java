package klatch.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import klatch.cli.Main;
import klatch.cli.node.ChainKind;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole meetup on real parts, and what its JSON says: checked by adding it all up again. */
@Timeout(120)
final class DemoIT {
  private static final long DEPOSIT_SAT = 10_000;
  private static final long DEPOSIT_MSAT = DEPOSIT_SAT * 1_000;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir
  Path directory;

  private static DemoOptions options(int attendees, int noShows, DemoOptions.Topology topology) {
    return new DemoOptions(attendees, noShows, DEPOSIT_SAT, ChainKind.EMBEDDED, topology, List.of(), 0, 1);
  }

  private static JsonNode demo(int attendees, int noShows, DemoOptions.Topology topology) throws Exception {
    var bytes = new ByteArrayOutputStream();
    boolean good;
    try (var out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      good = new DemoRun(options(attendees, noShows, topology), out, true, false).run();
    }
    var lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(good).as("%s", lines).isTrue();
    return JSON.readTree(lines.getLast());
  }

  @Test
  void aNoShowsDepositGoesToThoseWhoCameAndEveryMillisatoshiIsInTheJson() throws Exception {
    var report = demo(3, 1, DemoOptions.Topology.ROUTED);
    theShapeIsTheDocumentedOne(report);
    assertThat(report.get("chain").asText()).isEqualTo("embedded");
    assertThat(report.get("kills").asInt()).isZero();
    theBalancesAddUp(report);
    assertThat(sum(report, "forfeitedMsat")).isEqualTo(DEPOSIT_MSAT);
    assertThat(sum(report, "releasedMsat")).isEqualTo(2 * DEPOSIT_MSAT);
    var organiser = report.get("organiser");
    assertThat(organiser.get("feesMsat").asLong()).as("the routing node charges").isPositive();
    assertThat(organiser.get("collectedMsat").asLong() - organiser.get("paidOutMsat").asLong()
        - organiser.get("feesMsat").asLong()).as("what cannot be shared out").isBetween(0L, 999L);
    for (var attendee : report.get("attendees")) {
      boolean present = attendee.get("present").asBoolean();
      assertThat(attendee.get("releasedMsat").asLong()).isEqualTo(present ? DEPOSIT_MSAT : 0);
      assertThat(attendee.get("payoutMsat").asLong() > 0).isEqualTo(present);
      assertThat(attendee.get("feesMsat").asLong() > 0).as("a refund costs nothing").isEqualTo(!present);
    }
  }

  @Test
  void whetherNobodyOrEverybodyComesEverybodyGetsTheDepositBack() throws Exception {
    try (var out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var progress = new Progress(out, false);
        var world = World.build(options(2, 2, DemoOptions.Topology.DIRECT), directory, Main.class.getName(),
            progress)) {
      for (int noShows : new int[]{2, 0}) {
        var rehearsal = new Rehearsal(world, options(2, noShows, DemoOptions.Topology.DIRECT), progress);
        var report = JSON
            .readTree(Json.line(rehearsal.run("With " + noShows + " no-shows", DemoIT::nothing, DemoIT::nothing)));
        theBalancesAddUp(report);
        nothingChangedHands(report);
      }
    }
  }

  private static void nothing() {}

  private static void nothingChangedHands(JsonNode report) {
    assertThat(sum(report, "releasedMsat")).isEqualTo(2 * DEPOSIT_MSAT);
    for (var attendee : report.get("attendees")) {
      assertThat(attendee.get("afterMsat").asLong()).isEqualTo(attendee.get("beforeMsat").asLong());
    }
    var organiser = report.get("organiser");
    assertThat(organiser.get("collectedMsat").asLong()).isZero();
    assertThat(organiser.get("paidOutMsat").asLong()).isZero();
    assertThat(organiser.get("afterMsat").asLong()).isEqualTo(organiser.get("beforeMsat").asLong());
  }

  private static void theShapeIsTheDocumentedOne(JsonNode report) {
    assertThat(names(report)).containsExactly("event", "chain", "depositMsat", "attendees", "organiser", "conserved",
        "audit", "kills", "seconds");
    for (var attendee : report.get("attendees")) {
      assertThat(names(attendee)).containsExactly("name", "present", "heldMsat", "releasedMsat", "forfeitedMsat",
          "payoutMsat", "feesMsat", "beforeMsat", "afterMsat");
    }
    assertThat(names(report.get("organiser"))).containsExactly("collectedMsat", "paidOutMsat", "feesMsat",
        "beforeMsat", "afterMsat");
    assertThat(names(report.get("seconds"))).containsExactly("total", "lock", "checkIn", "settle");
    assertThat(report.get("seconds")).allSatisfy(seconds -> assertThat(seconds.asDouble()).isPositive());
    assertThat(report.get("event").asText()).matches("[0-9a-f]{64}");
  }

  private static void theBalancesAddUp(JsonNode report) {
    assertThat(report.get("conserved").asBoolean()).isTrue();
    assertThat(report.get("audit").asText()).isEqualTo("clean");
    assertThat(report.get("depositMsat").asLong()).isEqualTo(DEPOSIT_MSAT);
    for (var a : report.get("attendees")) {
      assertThat(a.get("afterMsat").asLong()).as("%s", a).isEqualTo(a.get("beforeMsat").asLong()
          - a.get("forfeitedMsat").asLong() + a.get("payoutMsat").asLong() - a.get("feesMsat").asLong());
      assertThat(a.get("heldMsat").asLong()).isEqualTo(DEPOSIT_MSAT)
          .isEqualTo(a.get("releasedMsat").asLong() + a.get("forfeitedMsat").asLong());
    }
    var o = report.get("organiser");
    assertThat(o.get("afterMsat").asLong()).isEqualTo(o.get("beforeMsat").asLong() + o.get("collectedMsat").asLong()
        - o.get("paidOutMsat").asLong() - o.get("feesMsat").asLong());
    assertThat(o.get("collectedMsat").asLong()).isEqualTo(sum(report, "forfeitedMsat"));
    assertThat(o.get("paidOutMsat").asLong()).isEqualTo(sum(report, "payoutMsat"));
  }

  private static long sum(JsonNode report, String field) {
    return StreamSupport.stream(report.get("attendees").spliterator(), false).mapToLong(a -> a.get(field).asLong())
        .sum();
  }

  private static List<String> names(JsonNode object) {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
