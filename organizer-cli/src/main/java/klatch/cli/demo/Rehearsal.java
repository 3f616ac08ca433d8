package klatch.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import klatch.cli.terminal.Progress;
import klatch.commitments.Msat;
import klatch.web.wire.Money;

/** One evening from the announcement to the audit, every balance held against the settlement. */
final class Rehearsal {
  private static final Duration QUIET_PATIENCE = Duration.ofSeconds(60);

  private final World world;
  private final DemoOptions options;
  private final Progress progress;
  private final Pace pace;

  Rehearsal(World world, DemoOptions options, Progress progress) {
    this(world, options, progress, Pace.REAL);
  }

  Rehearsal(World world, DemoOptions options, Progress progress, Pace pace) {
    this.pace = pace;
    this.world = world;
    this.options = options;
    this.progress = progress;
  }

  /**
   * @param title  of the event; each event of one organiser needs its own
   * @param beforeMoving   called when the seats are given and the deposits are about to move
   * @param beforeCounting called when all is settled, before the balances are read
   */
  DemoReport run(String title, Runnable beforeMoving, Runnable beforeCounting) throws Exception {
    try (var evening = new Evening(world, options, progress, title, pace)) {
      evening.announce();
      evening.pledge();
      var before = world.balances();
      var organiserBefore = world.organiserBalance();
      beforeMoving.run();
      double lock = evening.timed(evening::lock);
      double checkIn = evening.timed(evening::checkIn);
      double settle = evening.timed(evening::settle);
      beforeCounting.run();
      progress.stage("quiet and audit", 2);
      world.awaitQuiet(QUIET_PATIENCE);
      progress.step("every channel is quiet");
      var audit = evening.audit();
      progress.step("audit: " + audit);
      return report(evening, before, organiserBefore, audit,
          new DemoReport.Seconds(round(progress.seconds()), round(lock), round(checkIn), round(settle)));
    }
  }

  private DemoReport report(Evening evening, List<Msat> before, long organiserBefore, String audit,
      DemoReport.Seconds seconds) {
    var after = world.balances();
    var attendees = new ArrayList<DemoReport.Attendee>();
    for (int i = 0; i < options.attendees(); i++) {
      attendees.add(evening.attendee(i, before.get(i).value(), after.get(i).value()));
    }
    var money = world
        .organiser(api -> api.get("/events/" + evening.event() + "/report", Money.Report.class));
    var organiser = new DemoReport.Organiser(money.potMsat(), money.paidOutMsat(), money.feesMsat(), organiserBefore,
        world.organiserBalance());
    long depositMsat = Msat.ofSat(options.depositSat()).value();
    return new DemoReport(evening.event().toString(), options.chain().label(), depositMsat, attendees, organiser,
        DemoReport.conserved(attendees, organiser, depositMsat), audit, world.organiser().deaths(), seconds);
  }

  private static double round(double seconds) {
    return Math.round(seconds * 1000) / 1000.0;
  }
}
