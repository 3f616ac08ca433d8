package klatch.cli.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import klatch.cli.Json;
import klatch.cli.Main;
import klatch.commitments.Msat;
import klatch.web.wire.Events;
import klatch.web.wire.Money;

/**
 * One rehearsal from an empty chain to the last payout: builds the {@link World}, walks through the evening stage by stage,
 * and holds every balance against the settlement.
 */
final class DemoRun {
  private static final Duration QUIET_PATIENCE = Duration.ofSeconds(60);

  private final DemoOptions options;
  private final PrintStream out;
  private final boolean json;
  private final boolean keep;
  private final String organiserMain;

  DemoRun(DemoOptions options, PrintStream out, boolean json, boolean keep) {
    this(options, out, json, keep, Main.class.getName());
  }

  /** @param organiserMain the organiser's program; a test may give one that cheats */
  DemoRun(DemoOptions options, PrintStream out, boolean json, boolean keep, String organiserMain) {
    this.options = options;
    this.out = out;
    this.json = json;
    this.keep = keep;
    this.organiserMain = organiserMain;
  }

  /** @return whether every balance is what the settlement says and the audit is clean */
  boolean run() throws Exception {
    var directory = Files.createTempDirectory("klatch-demo");
    boolean finished = false;
    try (var progress = new Progress(out, System.console() != null && !json)) {
      try (var world = World.build(options, directory, organiserMain, progress)) {
        var report = rehearse(world, progress);
        progress.close();
        finished = true;
        DemoTable.print(report, out);
        if (keep) {
          sayWhereItRuns(directory);
        }
        if (json) {
          out.println(Json.line(report));
          out.flush();
        }
        if (keep) {
          Thread.currentThread().join();
        }
        return report.good();
      }
    } finally {
      if (finished) {
        delete(directory);
      } else {
        System.err.println("klatch demo: logs and data are left in " + directory);
      }
    }
  }

  private DemoReport rehearse(World world, Progress progress) throws Exception {
    try (var evening = new Evening(world, options, progress)) {
      evening.announce();
      evening.pledge();
      var before = world.balances();
      var organiserBefore = world.organiserBalance();
      var killer = new Killer(world.organiser(), options.randomKills(), options.seed());
      try (killer) {
        double lock = evening.timed(evening::lock);
        double checkIn = evening.timed(evening::checkIn);
        double settle = evening.timed(evening::settle);
        killer.finish();
        progress.stage("quiet and audit", 2);
        world.awaitQuiet(QUIET_PATIENCE);
        progress.step("every channel is quiet");
        var audit = evening.audit();
        progress.step("audit: " + audit);
        return report(world, evening, before, organiserBefore, audit,
            new DemoReport.Seconds(round(progress.seconds()), round(lock), round(checkIn), round(settle)));
      }
    }
  }

  private DemoReport report(World world, Evening evening, List<Msat> before, long organiserBefore, String audit,
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
    return new DemoReport(evening.event().toString(), Demo.label(options.chain()), depositMsat, attendees, organiser,
        conserved(attendees, organiser, depositMsat), audit, world.organiser().deaths(), seconds);
  }

  /** Every balance is what the settlement says, and what was collected came from the forfeits and went to the payouts. */
  private boolean conserved(List<DemoReport.Attendee> attendees, DemoReport.Organiser organiser, long depositMsat) {
    boolean released = options.present() == 0;
    return organiser.exact() && attendees.stream().allMatch(a -> a.exact(depositMsat, released))
        && organiser.collectedMsat() == attendees.stream().mapToLong(DemoReport.Attendee::forfeitedMsat).sum()
        && organiser.paidOutMsat() == attendees.stream().mapToLong(DemoReport.Attendee::payoutMsat).sum();
  }

  private void sayWhereItRuns(Path directory) {
    out.println("Everything goes on running until Ctrl-C. The organiser's node: klatch status --data-dir "
        + directory.resolve("organiser"));
  }

  private static double round(double seconds) {
    return Math.round(seconds * 1000) / 1000.0;
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** The names of the event's times that the stages jump to. */
  static String hours(long fromMillis, long toMillis) {
    return String.format(Locale.ROOT, "%.1f h", (toMillis - fromMillis) / 3_600_000.0);
  }

  static Events.Terms required(Events.Detail detail) {
    var terms = detail.terms();
    if (terms == null) {
      throw new IllegalStateException("the event has lost its terms");
    }
    return terms;
  }
}
