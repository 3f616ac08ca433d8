package klatch.cli.demo;

import java.io.PrintStream;
import java.util.Locale;

/** The table at the end: everybody's balance before and after, in sat to three decimals (which is msat). */
public final class DemoTable {
  private static final String ROW = "%-14s %-8s %14s %12s %12s %12s %10s %14s%n";

  private DemoTable() {}

  static void print(DemoReport report, PrintStream out) {
    out.println();
    rows(report, out);
    out.println();
    out.printf(Locale.ROOT, "%s   audit: %s   organiser killed: %d   %.1f s (lock %.1f, check-in %.1f, settle %.1f)%n",
        report.conserved() ? "Every millisatoshi is accounted for." : "THE BALANCES DO NOT ADD UP.", report.audit(),
        report.kills(), report.seconds().total(), report.seconds().lock(), report.seconds().checkIn(),
        report.seconds().settle());
  }

  /** A line for each attendee, and the organiser's. */
  public static void rows(DemoReport report, PrintStream out) {
    out.printf(Locale.ROOT, ROW, "sat", "", "before", "released", "forfeited", "payout", "fees", "after");
    for (var attendee : report.attendees()) {
      out.printf(Locale.ROOT, ROW, attendee.name(), attendee.present() ? "came" : "no-show", sat(attendee.beforeMsat()),
          sat(attendee.releasedMsat()), sat(attendee.forfeitedMsat()), sat(attendee.payoutMsat()),
          sat(attendee.feesMsat()), sat(attendee.afterMsat()));
    }
    var organiser = report.organiser();
    out.printf(Locale.ROOT, ROW, "organiser", "", sat(organiser.beforeMsat()), "", "+" + sat(organiser.collectedMsat()),
        "-" + sat(organiser.paidOutMsat()), sat(organiser.feesMsat()), sat(organiser.afterMsat()));
  }

  private static String sat(long msat) {
    return String.format(Locale.ROOT, "%,d.%03d", msat / 1000, msat % 1000);
  }
}
