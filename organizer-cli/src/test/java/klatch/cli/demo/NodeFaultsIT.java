package klatch.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import klatch.cli.Main;
import klatch.cli.node.ChainKind;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.node.StartRefusedException;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.Progress;
import klatch.commitments.DepositTerms;
import klatch.commitments.Deposits;
import klatch.commitments.Lightning;
import klatch.commitments.LockResult;
import klatch.commitments.Objection;
import klatch.commitments.MoneyReport;
import klatch.commitments.Msat;
import klatch.commitments.OwnDeposit;
import klatch.commitments.TermsClock;
import klatch.meetup.Outcome;
import klatch.meetup.Seat;
import klatch.regtest.Until;
import klatch.web.wire.Money;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The surroundings fail, on real parts: a start is refused with words, and an evening under way loses nothing. */
@Timeout(180)
final class NodeFaultsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration OUTAGE = Duration.ofSeconds(10);
  private static final long DEPOSIT_SAT = 10_000;
  @TempDir
  static Path directory;

  private static Progress progress = new Progress(
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
  private static final DemoOptions OPTIONS = new DemoOptions(3, 1, DEPOSIT_SAT, ChainKind.EMBEDDED,
      DemoOptions.Topology.DIRECT, List.of(), 0, 1);
  private static World world;

  @BeforeAll
  static void build() throws Exception {
    world = World.build(OPTIONS, directory, Main.class.getName(), progress);
  }

  @AfterAll
  static void close() {
    if (world != null) {
      world.close();
    }
  }

  @Test
  void aTakenPortIsNamedAndNothingIsLeftRunning() throws Exception {
    var free = another(0, 0, 0);
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      for (var ports : List.of(another(port, 0, 0), another(0, port, 0), another(0, 0, port))) {
        assertThatThrownBy(() -> Node.start(ports)).isInstanceOf(StartRefusedException.class)
            .hasMessageContaining(Integer.toString(port));
        assertThat(ports.apiFile()).doesNotExist();
      }
    }
    try (var node = Node.start(free)) {
      assertThat(node.money().orElseThrow().lightning().status().height()).isEqualTo(world.chain().tip().height());
      assertThat(free.apiFile()).exists();
    }
  }

  private static NodeOptions another(int libp2pPort, int lightningPort, int apiPort) {
    var options = world.attendeeOptions(9);
    return new NodeOptions(options.dataDir(), options.storage(), options.chain(),
        new NodeOptions.Ports(List.of("/ip4/127.0.0.1/tcp/" + libp2pPort), lightningPort, apiPort), Optional.empty(),
        options.clockFile());
  }

  @Test
  void aDirectoryInUseAndMoneyInUseAreRefused() throws Exception {
    var running = world.attendeeOptions(1);
    assertThatThrownBy(() -> Node.start(running)).isInstanceOf(StartRefusedException.class)
        .hasMessageContaining(running.dataDir().toString()).hasMessageContaining("in use by another node");
    assertThat(running.apiFile()).as("that of the node that runs").exists();
    var copy = new NodeOptions(Files.createDirectory(directory.resolve("copy")), running.storage(), running.chain(),
        running.ports(), Optional.empty(), running.clockFile());
    assertThatThrownBy(() -> Node.start(copy)).isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("another process drives this node's money");
  }

  @Test
  void anEveningOutlivesItsDatabaseItsChainAndItsNodes() throws Exception {
    try (var evening = new Evening(world, OPTIONS, progress, "Stormy")) {
      evening.announce();
      evening.pledge();
      var before = world.balances();
      long organiserBefore = world.organiserBalance();
      openTheLock(evening);
      lock(evening, 0);
      aLockWaitsWhileTheDatabaseIsAway(evening);
      evening.lock();
      assertThat(world.attendees()).allSatisfy(node -> assertThat(node.log().arrivals(0, 1)).isNotEmpty());
      aRefundNeedsNoChain(evening);
      theChainForgetsTwoBlocks();
      world.reopen(1);
      world.reopen(2);
      evening.checkIn();
      evening.settle();
      world.awaitQuiet(PATIENCE);
      assertThat(evening.audit()).isEqualTo("clean");
      everyMillisatoshiIsThere(evening, before, organiserBefore);
    }
  }

  @Test
  void whoeverIsOneTooManyTooLateTooEarlyOrTwiceIsToldSo() throws Exception {
    var two = new DemoOptions(2, 1, DEPOSIT_SAT, ChainKind.EMBEDDED, DemoOptions.Topology.DIRECT, List.of(),
        0, 1);
    try (var evening = new Evening(world, two, progress, "Small")) {
      evening.announce();
      evening.pledge();
      oneTooManyWaits(evening);
      openTheLock(evening);
      lock(evening, 0);
      assertThat(deposits(0).lock(evening.event())).as("again").isInstanceOf(LockResult.UnderWay.class);
      assertThat(pendingHtlcs(0)).as("paid once").isEqualTo(1);
      assertThat(deposits(2).lock(evening.event()))
          .isInstanceOfSatisfying(LockResult.Refused.class,
              refused -> assertThat(refused.objection().kind()).isEqualTo(Objection.Kind.NOT_OFFERED));
      assertThatThrownBy(() -> settled(evening)).isInstanceOf(ApiRefusedException.class)
          .hasMessageContaining("appeals close at");
      Until.holds("the second attendee is offered a deposit", PATIENCE, () -> offered(evening, 1));
      evening.checkIn();
      assertThat(deposits(1).lock(evening.event())).isInstanceOfSatisfying(LockResult.Refused.class,
          refused -> assertThat(refused.reason()).startsWith("deposits can be locked from"));
      world.jumpTo(clock(evening).appealsCloseAtMillis() + 60_000);
      Until.holds("the organiser's clock has jumped too", PATIENCE,
          () -> world.organiserStatus().nowMillis() > clock(evening).appealsCloseAtMillis());
      Until.holds("all is settled", PATIENCE, () -> settled(evening).done());
      var first = settled(evening);
      assertThat(settled(evening)).as("a second time nothing changes").isEqualTo(first);
      assertThat(first.report().potMsat()).isZero();
    }
  }

  private static void oneTooManyWaits(Evening evening) {
    var node = world.attendees().get(2);
    var event = world.attendees().getFirst().meetup().event(evening.event()).orElseThrow();
    node.keep(world.organiserAddress());
    node.meetup().joinGroup(event.group(), "attendee 3");
    Until.holds("the third attendee sees the event", PATIENCE,
        () -> node.meetup().event(evening.event()).isPresent());
    assertThat(node.meetup().pledge(evening.event())).isNotInstanceOf(Outcome.Refused.class);
    Until.holds("the third attendee is on the waitlist", PATIENCE, () -> node.meetup().seats(evening.event())
        .of(node.meetup().self()).filter(seat -> seat.status() == Seat.Status.WAITLISTED).isPresent());
    assertThat(node.meetup().seats(evening.event()).confirmed()).hasSize(2);
  }

  private static Money.Settled settled(Evening evening) {
    return world.organiser(api -> api.post("/events/" + evening.event() + "/settle", Map.of(), Money.Settled.class));
  }

  private static boolean offered(Evening evening, int attendee) {
    return report(evening, attendee).people().stream()
        .anyMatch(line -> line.person().equals(world.attendees().get(attendee).meetup().self()));
  }

  private static TermsClock clock(Evening evening) {
    var event = world.attendees().getFirst().meetup().event(evening.event()).orElseThrow();
    return DepositTerms.of(event).orElseThrow().clock();
  }

  private static void openTheLock(Evening evening) throws Exception {
    world.jumpTo(clock(evening).lockOpensAtMillis() + 60_000);
  }

  private static void lock(Evening evening, int attendee) {
    Until.holds("the deposit of attendee " + (attendee + 1) + " is held", PATIENCE,
        () -> deposits(attendee).lock(evening.event()) instanceof LockResult.UnderWay(var deposit)
            && deposit.phase() == OwnDeposit.Phase.HELD);
  }

  private static void aLockWaitsWhileTheDatabaseIsAway(Evening evening) {
    var server = world.database().server().orElseThrow();
    int second = 1;
    Until.holds("the second attendee is offered a deposit", PATIENCE, () -> offered(evening, second));
    server.stop();
    CompletableFuture<Void> locked;
    try {
      locked = CompletableFuture.runAsync(() -> lock(evening, second));
      await().during(OUTAGE).atMost(OUTAGE.plusSeconds(5))
          .until(() -> pendingHtlcs(second) == 0 && pendingHtlcs(0) == 1 && !locked.isDone());
    } finally {
      server.start();
    }
    locked.join();
    assertThat(pendingHtlcs(second)).isEqualTo(1);
  }

  private static void aRefundNeedsNoChain(Evening evening) throws Exception {
    world.chain().stall();
    try {
      evening.arrive();
      Until.holds("the first deposit is back", PATIENCE,
          () -> report(evening, 0).own().orElseThrow().deposit().phase() == OwnDeposit.Phase.RELEASED);
    } finally {
      world.chain().resume();
    }
    assertThat(report(evening, 2).own().orElseThrow().deposit().phase()).isEqualTo(OwnDeposit.Phase.HELD);
  }

  private static void theChainForgetsTwoBlocks() {
    world.chain().reorg(2);
    int height = world.chain().tip().height();
    Until.holds("every node follows the new chain", PATIENCE, () -> world.attendees().stream()
        .allMatch(node -> node.money().orElseThrow().lightning().status().height() == height));
    assertThat(pendingHtlcs(2)).as("still held").isEqualTo(1);
  }

  private static void everyMillisatoshiIsThere(Evening evening, List<Msat> before, long organiserBefore) {
    var after = world.balances();
    for (int i = 0; i < OPTIONS.attendees(); i++) {
      var row = evening.attendee(i, before.get(i).value(), after.get(i).value());
      assertThat(row.exact(Msat.ofSat(DEPOSIT_SAT).value(), false)).as("%s", row).isTrue();
    }
    var money = world.organiser(api -> api.get("/events/" + evening.event() + "/report", Money.Report.class));
    assertThat(money.potMsat()).isEqualTo(Msat.ofSat(DEPOSIT_SAT).value());
    assertThat(world.organiserBalance())
        .isEqualTo(organiserBefore + money.potMsat() - money.paidOutMsat() - money.feesMsat());
    assertThat(world.organiser().deaths()).as("nobody had to die for it").isZero();
  }

  private static int pendingHtlcs(int attendee) {
    return world.lightning(attendee).status().channels().stream().mapToInt(Lightning.Channel::pendingHtlcs).sum();
  }

  private static Deposits deposits(int attendee) {
    return world.attendees().get(attendee).money().orElseThrow().deposits();
  }

  private static MoneyReport report(Evening evening, int attendee) {
    return deposits(attendee).report(evening.event()).orElseThrow();
  }
}
