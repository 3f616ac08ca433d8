package klatch.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import klatch.cli.Main;
import klatch.cli.node.ChainKind;
import klatch.cli.node.HaltAt;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.NoNodeException;
import klatch.cli.terminal.Progress;
import klatch.commitments.DepositTerms;
import klatch.commitments.LockResult;
import klatch.commitments.Msat;
import klatch.commitments.OwnDeposit;
import klatch.meetup.EventId;
import klatch.regtest.Until;
import klatch.web.wire.Events;
import klatch.web.wire.Money;
import klatch.web.wire.NodeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An attendee's node in a process of its own, killed hard at every bad moment of an evening: nothing is paid twice. */
@Timeout(180)
final class AttendeeKilledIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long MINUTE = 60_000;
  private static final long DEPOSIT_MSAT = 10_000_000;
  private static final DemoOptions OPTIONS = new DemoOptions(2, 1, DEPOSIT_MSAT / 1_000,
      ChainKind.EMBEDDED, DemoOptions.Topology.DIRECT, List.of(), 0, 1);
  /** In this process; stays at home. */
  private static final int ABSENT = 0;
  /** In a process of its own; comes, and is killed. */
  private static final int VICTIM = 1;

  @TempDir
  Path directory;

  @Test
  void itIsKilledWhilePayingWhileHeldAndWhileItIsPaidAndEveryBalanceIsExact() throws Exception {
    try (
        var progress = new Progress(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            false);
        var world = World.build(OPTIONS, directory, Main.class.getName(), progress);
        var evening = new Evening(world, OPTIONS, progress, "Dangerous")) {
      evening.announce();
      evening.pledge();
      var before = world.balances();
      long organiserBefore = world.organiserBalance();
      try (var victim = moved(world)) {
        var event = evening.event();
        lockThroughTwoDeaths(world, victim, event);
        dieWhileHeld(victim, event);
        comeAndBeRefunded(world, victim, event);
        dieWhileClaiming(world, victim, event);
        assertThat(world.organiser(api -> api.get("/events/" + event + "/audit", Money.Audit.class)).clean()).isTrue();
        everyBalanceIsExact(world, victim, event, before, organiserBefore);
      }
    }
  }

  /** The victim's node leaves this process for its own, which halts right before and right after it pays its deposit. */
  private static Victim moved(World world) throws Exception {
    var options = world.attendeeOptions(VICTIM + 1);
    world.attendees().remove(VICTIM).close();
    var rpc = world.chain().rpc();
    var arguments = List.of("up", "--data-dir", options.dataDir().toString(), "--schema-prefix",
        options.storage().schemaPrefix(), "--network", "regtest", "--bitcoind-url", rpc.uri().toString(),
        "--bitcoind-user", rpc.user(), "--listen", "/ip4/127.0.0.1/tcp/0", "--clock-file",
        world.clockFile().toString());
    var process = OrganiserProcess.start(Main.class.getName(), List.of("-D" + HaltAt.PROPERTY + "=locking"), arguments,
        Map.of("KLATCH_DB", world.database().urlWithLogin(), "KLATCH_BITCOIND_PASSWORD", rpc.password()),
        options.dataDir().resolve("log"));
    return new Victim(process, options.dataDir());
  }

  private static void lockThroughTwoDeaths(World world, Victim victim, EventId event) {
    world.jumpTo(terms(world, event).clock().lockOpensAtMillis() + MINUTE);
    var absent = world.attendees().get(ABSENT).money().orElseThrow().deposits();
    Until.holds("the absent one's deposit is held", PATIENCE,
        () -> absent.lock(event) instanceof LockResult.UnderWay(var deposit)
            && deposit.phase() == OwnDeposit.Phase.HELD);
    Until.holds("the victim's deposit is held", PATIENCE, () -> {
      victim.ask(api -> api.post("/events/" + event + "/lock", Map.of(), Events.Locked.class));
      return victim.own(event).filter(own -> own.state().equals("held")).isPresent();
    });
    assertThat(victim.process().deaths()).as("before paying, and between paying and recording").isEqualTo(2);
    assertThat(victim.pendingHtlcs()).as("paid once").isEqualTo(1);
  }

  private static void dieWhileHeld(Victim victim, EventId event) {
    victim.die();
    assertThat(victim.awaitOwn(event, own -> true).state()).isEqualTo("held");
    Until.holds("the channel is back, with one HTLC in it", PATIENCE,
        () -> victim.usable() && victim.pendingHtlcs() == 1);
    assertThat(victim.lock(event)).as("again: nothing is paid").isEqualTo(1);
  }

  private static void comeAndBeRefunded(World world, Victim victim, EventId event) {
    world.jumpTo(terms(world, event).clock().checkInOpensAtMillis() + MINUTE);
    Until.holds("the victim is checked in", PATIENCE, () -> {
      var frame = world.organiser(api -> api.get("/events/" + event + "/door", Events.Door.class)).frame();
      return victim.ask(api -> api.post("/events/" + event + "/checkin", new Events.CheckIn(frame),
          Events.CheckedIn.class)).filter(Events.CheckedIn::present).isPresent();
    });
    victim.awaitOwn(event, own -> own.state().equals("released"));
  }

  private static void dieWhileClaiming(World world, Victim victim, EventId event) {
    world.jumpTo(terms(world, event).clock().appealsCloseAtMillis() + MINUTE);
    Until.holds("the victim has claimed", PATIENCE,
        () -> victimsLine(world, event).filter(line -> !line.payoutState().equals("claimable")).isPresent());
    victim.die();
    Until.holds("something has arrived", PATIENCE, () -> {
      world.jumpBy(MINUTE);
      return victimsLine(world, event).filter(line -> line.payoutMsat() > 0).isPresent();
    });
    victim.die();
    Until.holds("all is paid out", PATIENCE, () -> {
      world.jumpBy(MINUTE);
      return report(world, event).done();
    });
    victim.awaitOwn(event, own -> own.receivedMsat() == report(world, event).paidOutMsat());
  }

  /** Of the one who came, once a round provides for them. */
  private static Optional<Money.Line> victimsLine(World world, EventId event) {
    return report(world, event).people().stream().filter(line -> line.present() && !line.payoutState().isEmpty())
        .findFirst();
  }

  private static void everyBalanceIsExact(World world, Victim victim, EventId event, List<Msat> before,
      long organiserBefore) {
    Until.holds("the victim's channel is quiet", PATIENCE, () -> victim.usable() && victim.pendingHtlcs() == 0);
    world.awaitQuiet(PATIENCE);
    var report = report(world, event);
    assertThat(report.potMsat()).isEqualTo(DEPOSIT_MSAT);
    assertThat(victim.status().balanceMsat()).isEqualTo(before.get(VICTIM).value() + report.paidOutMsat());
    var absent = world.attendees().get(ABSENT).money().orElseThrow().deposits().report(event).orElseThrow().own()
        .orElseThrow().deposit();
    assertThat(world.balances().getFirst().value())
        .isEqualTo(before.get(ABSENT).value() - DEPOSIT_MSAT - absent.fee().value());
    assertThat(world.organiserBalance())
        .isEqualTo(organiserBefore + report.potMsat() - report.paidOutMsat() - report.feesMsat());
    assertThat(victim.process().deaths()).isEqualTo(5);
    assertThat(world.organiser().deaths()).isZero();
  }

  private static DepositTerms terms(World world, EventId event) {
    return DepositTerms.of(world.attendees().get(ABSENT).meetup().event(event).orElseThrow()).orElseThrow();
  }

  private static Money.Report report(World world, EventId event) {
    return world.organiser(api -> api.get("/events/" + event + "/report", Money.Report.class));
  }

  /** The victim's process, and its API when it happens to live. */
  private record Victim(OrganiserProcess process, Path dataDir) implements AutoCloseable {
    /** Empty if it is dead just now, dies of it, or refuses. */
    <T> Optional<T> ask(World.ApiCall<T> call) {
      try {
        return Optional.of(call.on(ApiClient.of(dataDir)));
      } catch (NoNodeException | ApiRefusedException e) {
        return Optional.empty();
      }
    }

    /** Waits for an answer. */
    <T> T answer(World.ApiCall<T> call) {
      var answers = new ArrayList<T>();
      Until.holds("the victim answers", PATIENCE, () -> {
        ask(call).ifPresent(answers::add);
        return !answers.isEmpty();
      });
      return answers.getFirst();
    }

    void die() {
      int deaths = process.deaths();
      process.kill();
      Until.holds("it is dead", PATIENCE, () -> process.deaths() == deaths + 1);
    }

    NodeStatus.Lightning status() {
      return java.util.Objects.requireNonNull(answer(api -> api.get("/status", NodeStatus.class)).lightning());
    }

    boolean usable() {
      var channels = status().channels();
      return !channels.isEmpty() && channels.stream().allMatch(NodeStatus.Channel::usable);
    }

    int pendingHtlcs() {
      return status().channels().stream().mapToInt(NodeStatus.Channel::pendingHtlcs).sum();
    }

    Optional<Money.Own> own(EventId event) {
      return ask(api -> api.get("/events/" + event + "/report", Money.Report.class))
          .flatMap(report -> Optional.ofNullable(report.own()));
    }

    Money.Own awaitOwn(EventId event, Predicate<Money.Own> wanted) {
      Until.holds("the victim's deposit is where it should be", PATIENCE,
          () -> own(event).filter(wanted).isPresent());
      return own(event).orElseThrow();
    }

    /** Asks to lock once more. @return the HTLCs in its channels then */
    int lock(EventId event) {
      answer(api -> api.post("/events/" + event + "/lock", Map.of(), Events.Locked.class));
      return pendingHtlcs();
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
