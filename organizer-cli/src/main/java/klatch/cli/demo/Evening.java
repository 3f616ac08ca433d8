package klatch.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntConsumer;
import klatch.cli.node.Node;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.Progress;
import klatch.commitments.Deposits;
import klatch.commitments.LockResult;
import klatch.commitments.MoneyReport;
import klatch.commitments.Msat;
import klatch.commitments.OwnDeposit;
import klatch.libp2p.Libp2pException;
import klatch.log.TopicId;
import klatch.meetup.EventId;
import klatch.meetup.Outcome;
import klatch.meetup.Seat;
import klatch.meetup.checkin.CheckInReply;
import klatch.regtest.Until;
import klatch.web.InviteCode;
import klatch.web.wire.Events;
import klatch.web.wire.Groups;
import klatch.web.wire.Money;
import org.jspecify.annotations.Nullable;

/** The meetup itself, stage by stage, as its people would live it. Driven by one thread. */
final class Evening implements AutoCloseable {
  private static final long MINUTE = 60_000L;
  /** Kills and restarts come in between, so every stage may take long; a good machine needs seconds. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration RETRY_JUMP_EVERY = Duration.ofSeconds(2);
  private static final long RETRY_JUMP_MILLIS = 65_000;

  private final World world;
  private final String title;
  private final Pace pace;
  private final DemoOptions options;
  private final Progress progress;
  private final ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable EventId event;
  private Events.@Nullable Terms terms;
  private long jumpedNanos;

  /** @param title tells this evening's event from others of the same organiser */
  Evening(World world, DemoOptions options, Progress progress, String title) {
    this(world, options, progress, title, Pace.REAL);
  }

  /** @param title tells this evening's event from others of the same organiser */
  Evening(World world, DemoOptions options, Progress progress, String title, Pace pace) {
    this.pace = pace;
    this.world = world;
    this.title = title;
    this.options = options;
    this.progress = progress;
  }

  EventId event() {
    if (event == null) {
      throw new IllegalStateException("the event is not announced yet");
    }
    return event;
  }

  private Events.Terms terms() {
    if (terms == null) {
      throw new IllegalStateException("the event is not announced yet");
    }
    return terms;
  }

  /** The organiser founds a group and announces an event; the attendees join by the invite and see it. */
  void announce() throws Exception {
    progress.stage("group and event", 3);
    var group = world.organiser(Evening::group);
    var invite = InviteCode
        .parse(world.organiser(api -> api.get("/groups/" + group + "/invite", Groups.Invite.class)).invite());
    everybody(i -> join(i, invite));
    progress.step(options.attendees() + " people joined the group by the organiser's invite");
    var id = EventId.parse(announced(group));
    event = id;
    terms = required(world.organiser(api -> api.get("/events/" + id, Events.Detail.class)));
    progress.step(String.format(Locale.ROOT, "event %s with a deposit of %,d sat", id.toString().substring(0, 8),
        options.depositSat()));
    everybody(i -> Until.holds("attendee " + (i + 1) + " sees the event", PATIENCE,
        () -> world.attendee(i, node -> node.meetup().event(id).isPresent())));
    progress.step("everybody has the event in their own log");
  }

  private static Events.Terms required(Events.Detail detail) {
    var found = detail.terms();
    if (found == null) {
      throw new IllegalStateException("the event has lost its terms");
    }
    return found;
  }

  /** Founding twice is prevented by looking first: the answer to the first request may have been lost. */
  private static String group(ApiClient api) {
    return api.get("/groups", Groups.GroupList.class).groups().stream().filter(Groups.Group::yours).findFirst()
        .map(Groups.Group::id).orElseGet(() -> api.post("/groups", new Groups.Create("Rehearsals", "", null, null),
            Groups.Group.class).id());
  }

  /** Just after a kill no channel can be used, and then the node refuses any deposit; that passes. */
  private String announced(String group) {
    while (true) {
      world.awaitOrganiserUsable();
      try {
        return world.organiser(api -> announced(api, group));
      } catch (ApiRefusedException e) {
        if (world.organiserUsable()) {
          throw e;
        }
      }
    }
  }

  private String announced(ApiClient api, String group) {
    var known = api.get("/events", Events.EventList.class).events().stream().filter(e -> e.title().equals(title))
        .findFirst();
    if (known.isPresent()) {
      return known.get().id();
    }
    var request = pace.event(group, title, world.nowMillis(), options.attendees(),
        Msat.ofSat(options.depositSat()).value());
    var created = api.post("/events", request, Events.Created.class);
    created.warnings().forEach(warning -> progress.note(warning.message()));
    return created.event();
  }

  private void join(int attendee, InviteCode invite) {
    Until.holds("an attendee reaches the organiser", PATIENCE, () -> world.attendee(attendee, node -> {
      try {
        node.keep(invite.addresses().getFirst());
        return true;
      } catch (Libp2pException e) {
        return false;
      }
    }));
    world.attendee(attendee, node -> joined(node, invite));
  }

  private static Node joined(Node node, InviteCode invite) {
    TopicId group = invite.group();
    if (node.meetup().nicknames(group).containsKey(node.meetup().self())) {
      return node;
    }
    node.meetup().people().introduce(group, "somebody");
    return node;
  }

  void pledge() throws Exception {
    progress.stage("pledges", options.attendees());
    everybody(i -> {
      if (world.attendee(i, node -> node.meetup().pledge(event())) instanceof Outcome.Refused<?> refused) {
        throw new IllegalStateException("attendee " + (i + 1) + " cannot pledge: " + refused);
      }
      Until.holds("the organiser confirms the seat of attendee " + (i + 1), PATIENCE,
          () -> world.attendee(i, node -> node.meetup().seats(event()).of(node.meetup().self()))
              .filter(seat -> seat.status() == Seat.Status.CONFIRMED).isPresent());
      step("attendee " + (i + 1) + " has a seat");
    });
  }

  void lock() throws Exception {
    progress.stage("locks held", options.attendees());
    world.jumpTo(terms().lockOpensAtMillis() + MINUTE);
    everybody(i -> {
      Until.holds("the deposit of attendee " + (i + 1) + " is held", PATIENCE, () -> deposits(i, this::locked));
      step(String.format(Locale.ROOT, "attendee %d: %,d sat held, not spent", i + 1, options.depositSat()));
    });
  }

  /** Asks to lock until it is held: there may be no offer yet, or the organiser may be away for a moment. */
  private boolean locked(Deposits deposits) {
    return switch (deposits.lock(event())) {
      case LockResult.UnderWay(var deposit) -> deposit.phase() == OwnDeposit.Phase.HELD;
      case LockResult.Refused _ -> false;
    };
  }

  void checkIn() throws Exception {
    arrive();
    everybody(options.present(), i -> {
      Until.holds("the deposit of attendee " + (i + 1) + " is back", PATIENCE,
          () -> own(i).deposit().phase() == OwnDeposit.Phase.RELEASED);
      step("attendee " + (i + 1) + " came, and the deposit is back");
    });
  }

  /** Whoever comes is checked in at the door, one after another. */
  void arrive() throws Exception {
    progress.stage("check-ins and refunds", options.present());
    world.jumpTo(terms().checkInOpensAtMillis() + MINUTE);
    for (int i = 0; i < options.present(); i++) {
      int number = i;
      Until.holds("attendee " + (i + 1) + " is checked in", PATIENCE,
          () -> world.attendee(number, this::checkedIn));
    }
  }

  /** One scan of the door's code, the rest over the wire. */
  private boolean checkedIn(Node node) {
    var frame = world.organiser(api -> api.get("/events/" + event() + "/door", Events.Door.class)).frame();
    try {
      return switch (node.checkIn().checkIn(node.host(), frame)) {
        case CheckInReply.CheckedIn _,CheckInReply.AlreadyCheckedIn _ -> true;
        case CheckInReply.Refused _ -> false;
      };
    } catch (Libp2pException e) {
      return false;
    }
  }

  void settle() throws Exception {
    int payouts = options.present() == 0 ? 0 : options.present();
    progress.stage("verdicts and payouts", payouts + 2);
    world.jumpTo(terms().appealsCloseAtMillis() + MINUTE);
    jumpedNanos = System.nanoTime();
    for (int i = options.present(); i < options.attendees(); i++) {
      int number = i;
      Until.holds("the deposit of attendee " + (i + 1) + " is decided", PATIENCE, () -> decided(own(number).deposit()));
    }
    progress.step(options.noShows() + " no-shows, their deposits collected: " + (options.present() == 0
        ? "none, because nobody came"
        : String.format(Locale.ROOT, "%,d sat", options.noShows() * options.depositSat())));
    Until.holds("the organiser's report says that all is done", PATIENCE, this::allDone);
    everybody(i -> Until.holds("attendee " + (i + 1) + " has the report", PATIENCE, () -> report(i).done()));
    for (int i = 0; i < options.present() && options.noShows() > 0; i++) {
      progress.step(String.format(Locale.ROOT, "attendee %d received %,d msat", i + 1, own(i).received().value()));
    }
  }

  /** A payout that found no way is tried again after minutes on the nodes' clock; in a rehearsal they pass quickly. */
  private boolean allDone() {
    if (System.nanoTime() - jumpedNanos > RETRY_JUMP_EVERY.toNanos()) {
      world.jumpBy(RETRY_JUMP_MILLIS);
      jumpedNanos = System.nanoTime();
    }
    return world.organiser(api -> api.get("/events/" + event() + "/report", Money.Report.class)).done();
  }

  private static boolean decided(OwnDeposit deposit) {
    return deposit.phase() == OwnDeposit.Phase.FORFEITED || deposit.phase() == OwnDeposit.Phase.RELEASED;
  }

  /** The audit as the organiser's node and every attendee's compute it, each from its own log alone. */
  String audit() {
    var said = world.organiser(api -> api.get("/events/" + event() + "/audit", Money.Audit.class));
    if (!said.clean()) {
      return said.findings().size() + " differences, the first: " + said.findings().getFirst().message();
    }
    for (int i = 0; i < options.attendees(); i++) {
      var audit = deposits(i, deposits -> deposits.audit(event())).orElseThrow();
      if (!audit.clean()) {
        return "attendee " + (i + 1) + ": " + audit.summary();
      }
    }
    return "clean";
  }

  /** One attendee's row, from that attendee's own node. */
  DemoReport.Attendee attendee(int index, long beforeMsat, long afterMsat) {
    var own = own(index);
    var deposit = own.deposit();
    long amount = deposit.amount().value();
    return new DemoReport.Attendee("attendee " + (index + 1), index < options.present(), amount,
        deposit.phase() == OwnDeposit.Phase.RELEASED ? amount : 0,
        deposit.phase() == OwnDeposit.Phase.FORFEITED ? amount : 0, own.received().value(), deposit.fee().value(),
        beforeMsat, afterMsat);
  }

  private <T> T deposits(int index, Function<Deposits, T> question) {
    return world.attendee(index, node -> question.apply(node.money().orElseThrow().deposits()));
  }

  private MoneyReport report(int index) {
    return deposits(index, deposits -> deposits.report(event())).orElseThrow();
  }

  private MoneyReport.Own own(int index) {
    return report(index).own().orElseThrow();
  }

  /** A part of the evening. */
  @FunctionalInterface
  interface Stage {
    void run() throws Exception;
  }

  /** Runs a stage and says how long it took, in seconds. */
  double timed(Stage stage) throws Exception {
    long begun = System.nanoTime();
    stage.run();
    return (System.nanoTime() - begun) / 1e9;
  }

  private synchronized void step(String what) {
    progress.step(what);
  }

  private void everybody(IntConsumer act) throws Exception {
    everybody(options.attendees(), act);
  }

  private void everybody(int count, IntConsumer act) throws Exception {
    var acting = new ArrayList<Future<?>>();
    for (int i = 0; i < count; i++) {
      int number = i;
      acting.add(people.submit(() -> act.accept(number)));
    }
    await(acting);
  }

  private static void await(List<Future<?>> acting) throws Exception {
    for (var one : acting) {
      try {
        one.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
      }
    }
  }

  @Override
  public void close() {
    people.shutdownNow();
  }
}
