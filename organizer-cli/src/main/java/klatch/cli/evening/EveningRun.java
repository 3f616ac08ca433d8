package klatch.cli.evening;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import klatch.cli.demo.DemoReport;
import klatch.cli.demo.DemoTable;
import klatch.cli.demo.Footprint;
import klatch.cli.evening.EveningPlan.Attendee;
import klatch.cli.terminal.Progress;
import klatch.commitments.Msat;
import klatch.lightning.PaymentRecord;
import klatch.regtest.browser.ChromiumPage;
import klatch.regtest.chain.Folders;
import klatch.web.wire.Money;

/** One evening from an empty chain to the last share: it is played, counted to the millisatoshi, and written down. */
final class EveningRun {
  /** More than anybody here ever pays. */
  private static final int MOST_PAYMENTS = 100;
  private static final String REPORT_FILE = "report.txt";

  private final EveningPlan plan;
  private final Optional<Path> pictures;
  private final PrintStream out;

  /** @param pictures where they and the report are written, if anywhere */
  EveningRun(EveningPlan plan, Optional<Path> pictures, PrintStream out) {
    this.plan = plan;
    this.pictures = pictures;
    this.out = out;
  }

  /**
   * What an evening ended with.
   *
   * @param evening everybody's figures
   * @param router  what the node between all of them earned, in msat
   * @param faults  what scripts got wrong on any page, and requests to other hosts
   */
  record Result(DemoReport evening, long router, List<String> faults, List<Album.Picture> pictures, String memory) {
    /** Every balance is what the settlement says, nothing came from nowhere, and no page had a fault. */
    boolean good() {
      var attendees = evening.attendees();
      long before = attendees.stream().mapToLong(DemoReport.Attendee::beforeMsat).sum()
          + evening.organiser().beforeMsat();
      long after = attendees.stream().mapToLong(DemoReport.Attendee::afterMsat).sum() + evening.organiser().afterMsat();
      return evening.good() && before == after + router && faults.isEmpty();
    }
  }

  Result run() throws IOException {
    var directory = Files.createTempDirectory("klatch-evening");
    try (var footprint = Footprint.start(); var progress = new Progress(out, false)) {
      progress.stage("nodes and channels", 1);
      try (var venue = venue(directory)) {
        progress.step(plan.attendees() + " attendees, " + plan.guests() + " of them without a node, on a "
            + venue.chainKind() + " chain");
        var result = play(venue, progress, footprint);
        write(result);
        return result;
      }
    } finally {
      Folders.delete(directory);
    }
  }

  private List<String> withNodes() {
    return Stream.concat(Stream.of(BrowserEvening.ORGANISER),
        plan.people().stream().filter(Attendee::hasNode).map(Attendee::key)).toList();
  }

  private Venue venue(Path directory) {
    return new Venue(directory, plan.chain(), withNodes(),
        plan.people().stream().filter(who -> !who.hasNode()).map(Attendee::key).toList());
  }

  private Result play(Venue venue, Progress progress, Footprint footprint) {
    var album = new Album(pictures);
    try (var evening = new BrowserEvening(plan, venue, album, progress)) {
      evening.organise();
      evening.sayYes();
      var before = venue.balances();
      double begun = progress.seconds();
      evening.lock();
      var held = evening.held();
      double locked = progress.seconds();
      evening.comeIn();
      double in = progress.seconds();
      evening.settle();
      double settled = progress.seconds();
      venue.awaitQuiet();
      var seconds = new DemoReport.Seconds(round(settled), round(locked - begun), round(in - locked),
          round(settled - in));
      var report = new Figures(venue, before, venue.balances(), evening.report()).report(held, seconds);
      return new Result(report, of(venue.balances(), "router") - of(before, "router"), faults(evening.pages()),
          album.pictures(), footprint.peak().map(Footprint.Peak::shown).orElse(""));
    }
  }

  private static double round(double seconds) {
    return Math.round(seconds * 10) / 10.0;
  }

  /** A page may ask its own node, and nobody else. */
  private static List<String> faults(List<ChromiumPage> pages) {
    var faults = new ArrayList<String>();
    for (var page : pages) {
      faults.addAll(page.faults());
      page.asked().stream().filter(url -> !url.matches("(http://127\\.0\\.0\\.1:|blob:|data:|about:).*"))
          .forEach(url -> faults.add("asked for " + url));
    }
    return faults;
  }

  private static long of(Map<String, Long> balances, String name) {
    return Objects.requireNonNull(balances.get(name), name);
  }

  /** Everybody's figures, each from where it can be seen best: balances, payments, the report, the audits. */
  private final class Figures {
    private final Venue venue;
    private final Map<String, Long> before;
    private final Map<String, Long> after;
    private final Money.Report money;

    Figures(Venue venue, Map<String, Long> before, Map<String, Long> after, Money.Report money) {
      this.venue = venue;
      this.before = before;
      this.after = after;
      this.money = money;
    }

    /** @param held every HTLC that the organiser's node held before the door opened, in msat */
    DemoReport report(List<Long> held, DemoReport.Seconds seconds) {
      long deposit = Msat.ofSat(plan.depositSat()).value();
      boolean allHeld = held.size() == plan.attendees() && held.stream().allMatch(amount -> amount == deposit);
      var attendees = plan.people().stream().map(who -> attendee(who, allHeld ? deposit : 0)).toList();
      var organiser = new DemoReport.Organiser(money.potMsat(), money.paidOutMsat(), money.feesMsat(),
          of(before, BrowserEvening.ORGANISER), of(after, BrowserEvening.ORGANISER));
      return new DemoReport(money.event(), plan.chain().label(), deposit, attendees, organiser,
          DemoReport.conserved(attendees, organiser, deposit), audits(), 0, seconds);
    }

    private DemoReport.Attendee attendee(Attendee who, long heldMsat) {
      var line = money.people().stream().filter(one -> who.name().equals(one.nickname())).findFirst()
          .orElseThrow(() -> new IllegalStateException("the report does not know " + who.name()));
      return new DemoReport.Attendee(who.name() + (who.hasNode() ? "" : " (guest)"), line.present(), heldMsat,
          line.releasedMsat(), line.forfeitedMsat(), line.payoutMsat(), fees(who.key()), of(before, who.key()),
          of(after, who.key()));
    }

    /** What routing cost; a payment that came back cost nothing. */
    private long fees(String name) {
      return venue.purse(name).payments(MOST_PAYMENTS).stream()
          .filter(payment -> payment.direction() == PaymentRecord.Direction.SENT
              && payment.state() == PaymentRecord.State.DONE)
          .mapToLong(payment -> payment.fee().value()).sum();
    }

    /** What every node finds that recomputes the settlement from its own log. */
    private String audits() {
      for (var name : withNodes()) {
        var audit = venue.api(name).get("/events/" + money.event() + "/audit", Money.Audit.class);
        if (!audit.clean()) {
          return name + ": " + audit.findings().getFirst().message();
        }
      }
      return "clean";
    }
  }

  private void write(Result result) {
    print(result, out);
    pictures.ifPresent(folder -> {
      try {
        Files.createDirectories(folder);
        try (var file = new PrintStream(Files.newOutputStream(folder.resolve(REPORT_FILE)), false,
            StandardCharsets.UTF_8)) {
          print(result, file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the report cannot be written", e);
      }
    });
  }

  private static void print(Result result, PrintStream to) {
    var evening = result.evening();
    to.println();
    result.pictures().forEach(picture -> to.println(picture.file() + "  " + picture.caption()));
    to.println();
    DemoTable.rows(evening, to);
    to.printf(Locale.ROOT, "%nThe router earned %,d.%03d sat.%n", result.router() / 1000,
        result.router() % 1000);
    to.printf(Locale.ROOT,
        "%s   audit: %s   faults on pages: %s%n%.1f s (lock %.1f, check-in %.1f, settle %.1f)%n%s%n",
        result.good() ? "Every millisatoshi is accounted for." : "THIS EVENING WAS NOT RIGHT.", evening.audit(),
        result.faults().isEmpty() ? "none" : result.faults(), evening.seconds().total(), evening.seconds().lock(),
        evening.seconds().checkIn(), evening.seconds().settle(), result.memory());
    to.flush();
  }
}
