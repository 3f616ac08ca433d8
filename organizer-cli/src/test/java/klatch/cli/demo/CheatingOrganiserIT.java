package klatch.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import klatch.cli.Commands;
import klatch.cli.node.ChainKind;
import klatch.cli.node.CheatingMain;
import klatch.cli.node.Node;
import klatch.cli.terminal.Progress;
import klatch.commitments.Audit;
import klatch.commitments.DepositTerms;
import klatch.commitments.Deposits;
import klatch.commitments.Finding;
import klatch.commitments.MoneyReport;
import klatch.commitments.OwnDeposit;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.LogId;
import klatch.regtest.Until;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real money is taken and kept by an organiser's build that cheats; every other member's log shows it. */
@Timeout(120)
final class CheatingOrganiserIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final long MINUTE = 60_000;
  /** So long after the claim window a payment can still be stuck on its way. */
  private static final long WEEK = Duration.ofDays(7).toMillis();
  private static final int MOST_ENTRIES = 1_000;
  private static final int ROBBED = 0;
  private static final int NO_SHOW = 3;
  /** Three about the deposit that was taken, one about each payout that never came. */
  private static final int CHEATS = 5;

  @TempDir
  Path directory;

  @Test
  void everyCheatIsNamedWithTheEntriesThatProveIt() throws Exception {
    var options = new DemoOptions(4, 1, 10_000, ChainKind.EMBEDDED, DemoOptions.Topology.DIRECT, List.of(),
        0, 1);
    var out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    try (var progress = new Progress(out, false);
        var world = World.build(options, directory, CheatingMain.class.getName(), progress);
        var evening = new Evening(world, options, progress, "Robbery")) {
      evening.announce();
      evening.pledge();
      evening.lock();
      evening.arrive();
      theDepositOfOneWhoCameIsTaken(world, evening);
      var terms = DepositTerms.of(world.attendees().getFirst().meetup().event(evening.event()).orElseThrow())
          .orElseThrow();
      world.jumpTo(terms.clock().appealsCloseAtMillis() + MINUTE);
      Until.holds("one payout is paid, one said to be and one claimed in vain", PATIENCE,
          () -> payoutStates(world, evening, NO_SHOW).equals(List.of("claimed", "paid", "paid")));
      world.jumpTo(terms.clock().payoutsCloseAtMillis() + MINUTE);
      Until.holds("what was claimed in vain is pending", PATIENCE,
          () -> audit(world, evening, NO_SHOW).pending().size() == 1);
      world.jumpTo(terms.clock().payoutsCloseAtMillis() + terms.claimWindowMillis() + WEEK);
      Until.holds("every cheat is found", PATIENCE, () -> audit(world, evening, NO_SHOW).findings().size() == CHEATS);
      var audit = audit(world, evening, NO_SHOW);
      theTheftIsProved(world, audit);
      thePayoutsThatNeverCameAreProved(world, evening, audit);
      for (int i = 0; i < options.attendees(); i++) {
        int member = i;
        Until.holds("member " + i + " finds the same", PATIENCE, () -> audit(world, evening, member).equals(audit));
      }
      theCommandSaysIt(evening, audit);
    }
  }

  private static void theDepositOfOneWhoCameIsTaken(World world, Evening evening) {
    Until.holds("the first deposit is gone, the others are back", PATIENCE,
        () -> phase(world, evening, ROBBED) == OwnDeposit.Phase.FORFEITED
            && phase(world, evening, 1) == OwnDeposit.Phase.RELEASED
            && phase(world, evening, 2) == OwnDeposit.Phase.RELEASED);
    Until.holds("the organiser says that it gave back what it took", PATIENCE,
        () -> report(world, evening, NO_SHOW).people().stream()
            .filter(line -> line.person().equals(self(world, ROBBED)))
            .anyMatch(line -> line.state().equals("released")));
  }

  private static void theTheftIsProved(World world, Audit audit) {
    var robbed = self(world, ROBBED);
    var taken = entry(world, robbed, "deposit.taken");
    var found = about(audit, robbed);
    assertThat(found).extracting(Finding::kind).containsExactlyInAnyOrder(Finding.Kind.COLLECTED_PRESENT,
        Finding.Kind.TAKEN_UNSAID, Finding.Kind.COLLECTED_WITHOUT_VERDICT);
    assertThat(found).allSatisfy(finding -> assertThat(finding.proofs()).contains(taken));
    var present = found.stream().filter(f -> f.kind() == Finding.Kind.COLLECTED_PRESENT).findFirst().orElseThrow();
    assertThat(present.proofs()).contains(entry(world, robbed, "encounter"));
  }

  private static void thePayoutsThatNeverCameAreProved(World world, Evening evening, Audit audit) {
    var found = new ArrayList<Finding.Kind>();
    for (int i = 1; i < NO_SHOW; i++) {
      assertThat(report(world, evening, i).own().orElseThrow().received().value()).isZero();
      var finding = about(audit, self(world, i));
      assertThat(finding).hasSize(1);
      found.add(finding.getFirst().kind());
      if (finding.getFirst().kind() == Finding.Kind.PAYOUT_MISSING) {
        assertThat(finding.getFirst().proofs()).contains(entry(world, self(world, i), "deposit.claim"));
      }
    }
    assertThat(found).containsExactlyInAnyOrder(Finding.Kind.WRONG_PAYOUT, Finding.Kind.PAYOUT_MISSING);
    assertThat(report(world, evening, ROBBED).own().orElseThrow().received().value()).isPositive();
    assertThat(about(audit, self(world, NO_SHOW))).as("whose deposit was taken by right").isEmpty();
  }

  private void theCommandSaysIt(Evening evening, Audit audit) {
    var text = new StringWriter();
    int exitCode = Commands.of(options -> {
      throw new AssertionError("audit starts no node");
    }).setOut(new PrintWriter(text)).setErr(new PrintWriter(text)).execute("audit", evening.event().toString(),
        "--data-dir", directory.resolve("attendee4").toString());
    assertThat(exitCode).isEqualTo(1);
    assertThat(text.toString()).contains("NOT clean");
    for (var finding : audit.findings()) {
      assertThat(text.toString()).contains(finding.message());
      assertThat(text.toString()).contains(finding.proofs().stream().map(EntryId::toString).toList());
    }
  }

  private static List<Finding> about(Audit audit, DeviceId person) {
    return audit.findings().stream().filter(f -> f.person().equals(Optional.of(person))).toList();
  }

  private static List<String> payoutStates(World world, Evening evening, int index) {
    var came = Set.of(ROBBED, 1, 2).stream().map(i -> self(world, i)).collect(Collectors.toSet());
    return report(world, evening, index).people().stream().filter(line -> came.contains(line.person()))
        .map(MoneyReport.Line::payoutState).sorted().toList();
  }

  /** The id of the one entry of such a type in this person's log, as the no-show's node has it. */
  private static EntryId entry(World world, DeviceId author, String type) {
    var node = world.attendees().get(NO_SHOW);
    var topic = node.meetup().groups().getFirst().topic();
    return node.log().read(new LogId(author, topic), 1, MOST_ENTRIES).stream()
        .filter(e -> e.payloadType().contains(type)).map(Entry::id).reduce((first, second) -> {
          throw new AssertionError("more than one " + type);
        }).orElseThrow();
  }

  private static Node node(World world, int index) {
    return world.attendees().get(index);
  }

  private static DeviceId self(World world, int index) {
    return node(world, index).meetup().self();
  }

  private static Deposits deposits(World world, int index) {
    return node(world, index).money().orElseThrow().deposits();
  }

  private static Audit audit(World world, Evening evening, int index) {
    return deposits(world, index).audit(evening.event()).orElseThrow();
  }

  private static MoneyReport report(World world, Evening evening, int index) {
    return deposits(world, index).report(evening.event()).orElseThrow();
  }

  private static OwnDeposit.Phase phase(World world, Evening evening, int index) {
    return report(world, evening, index).own().orElseThrow().deposit().phase();
  }
}
