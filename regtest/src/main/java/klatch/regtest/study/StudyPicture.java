package klatch.regtest.study;

import java.util.List;
import java.util.Locale;
import klatch.commitments.simulation.EveningOutcome;

/**
 * A study as one SVG picture: how many came, where the deposits went, and what a payout was worth. Stands alone: no script, no font and no other
 * file is asked for.
 */
@SuppressWarnings("AnnotateFormatMethod")
public final class StudyPicture {
  private static final int BINS = 10;
  private static final int TOP = 110;
  private static final int HEIGHT = 300;
  private static final int PANEL = 280;
  private static final int GAP = 50;
  private static final int LEFT = 40;
  private static final double THINNEST = 1.5;
  private static final double MSAT_PER_SAT = 1_000;
  /** The largest payout that the third panel shows, in deposits. */
  private static final double MOST_SHOWN = 2;

  private final StudyResult result;
  private final List<EveningOutcome> evenings;
  private final StringBuilder svg = new StringBuilder();

  private StudyPicture(StudyResult result, List<EveningOutcome> evenings) {
    this.result = result;
    this.evenings = evenings;
  }

  /** The picture as an SVG 1.1 document. */
  public static String svg(StudyResult result, List<EveningOutcome> evenings) {
    return new StudyPicture(result, evenings).draw();
  }

  private String draw() {
    int width = 2 * LEFT + 3 * PANEL + 2 * GAP;
    add("""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 500" role="img" font-family="system-ui, sans-serif" font-size="13">
        <title>%,d evenings with deposits: who came, and where the money went</title>
        <style>
          .ink { fill: #1b1f23 } .soft { fill: #57606a } .axis { stroke: #8c959f; fill: none }
          .came { fill: #0969da } .lost { fill: #bc4c00 } .fees { fill: #8250df } .flow { opacity: .35 }
          .page { fill: #ffffff } .dot { fill: #0969da; fill-opacity: .45 } .line { stroke: #bc4c00; fill: none; stroke-dasharray: 5 4 }
          @media (prefers-color-scheme: dark) {
            .page { fill: #0d1117 } .ink { fill: #e6edf3 } .soft { fill: #9198a1 }
            .came { fill: #4493f8 } .lost { fill: #db6d28 } .fees { fill: #ab7df8 } .dot { fill: #4493f8 } .line { stroke: #db6d28 }
          }
        </style>
        <rect class="page" width="100%%" height="100%%"/>
        """,
        width, evenings.size());
    text(LEFT, 36, "ink", 20, "start", "%,d evenings, %,d seats, seed %d", evenings.size(), result.seats(),
        result.plan().seed());
    text(LEFT, 60, "soft", 13, "start",
        "%,d deposits locked, %,d no-shows, %.1f %% turned up; %,d processes died on the way; %s",
        result.locked(), result.noShows(), 100 * result.turnUp(), result.deaths(),
        result.good() ? "every invariant held" : result.problems().size() + " PROBLEMS");
    turnUp(LEFT);
    flow(LEFT + PANEL + GAP);
    payouts(LEFT + 2 * (PANEL + GAP));
    add("</svg>%n");
    return svg.toString();
  }

  // ---- who came ----

  private void turnUp(int x) {
    text(x, TOP - 14, "ink", 14, "start", "Of those with a deposit, came");
    int[] bins = new int[BINS];
    evenings.stream().filter(evening -> evening.locked() > 0).mapToDouble(StudyPicture::turnUp)
        .forEach(share -> bins[Math.min((int) (share * BINS), BINS - 1)]++);
    int most = Math.max(1, java.util.Arrays.stream(bins).max().orElse(1));
    double wide = (double) PANEL / BINS;
    for (int i = 0; i < BINS; i++) {
      double high = (HEIGHT - 20.0) * bins[i] / most;
      rect("came", x + i * wide + 2, TOP + HEIGHT - high, wide - 4, high);
      if (bins[i] > 0) {
        text(x + (i + 0.5) * wide, TOP + HEIGHT - high - 5, "soft", 11, "middle", "%d", bins[i]);
      }
    }
    axis(x, "0 %", "50 %", "100 %", "evenings by share of people");
  }

  private static double turnUp(EveningOutcome evening) {
    return 1 - (double) evening.noShows() / evening.locked();
  }

  // ---- where the deposits went ----

  private void flow(int x) {
    text(x, TOP - 14, "ink", 14, "start", "Where %s sat of deposits went",
        sat((double) result.refunded() + result.collected()));
    double all = Math.max(1, (double) result.refunded() + result.collected());
    double[] parts = {result.refunded(), result.paidOut(), result.fees(), result.reserveLeft()};
    String[] names = {"back to their owners", "to those who came", "routing fees", "left over"};
    String[] kinds = {"came", "lost", "fees", "soft"};
    double room = HEIGHT - 90.0;
    rect("came", x, TOP, 14, room * parts[0] / all);
    rect("lost", x, TOP + room * parts[0] / all, 14, room * (all - parts[0]) / all);
    double from = TOP;
    double to = TOP;
    for (int i = 0; i < parts.length; i++) {
      double high = room * parts[i] / all;
      double thick = Math.max(high, THINNEST);
      ribbon(kinds[i], x + 14, from, high, x + 110, to, thick);
      rect(kinds[i], x + 110, to, 14, thick);
      text(x + 132, to + Math.max(thick / 2, 6), "ink", 12, "start", "%s", names[i]);
      text(x + 132, to + Math.max(thick / 2, 6) + 16, "soft", 12, "start", "%s", sat(parts[i]));
      from += high;
      to += Math.max(thick, 24) + 14;
    }
  }

  private static String sat(double msat) {
    return String.format(Locale.ROOT, msat < 100 * MSAT_PER_SAT ? "%,.3f" : "%,.0f", msat / MSAT_PER_SAT);
  }

  private void ribbon(String kind, double x1, double y1, double high1, double x2, double y2, double high2) {
    double middle = (x1 + x2) / 2;
    add("<path class=\"%s flow\" d=\"M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f V%.1f C%.1f %.1f %.1f %.1f %.1f %.1f Z\"/>%n",
        kind, x1,
        y1, middle, y1, middle, y2, x2, y2, y2 + high2, middle, y2 + high2, middle, y1 + high1, x1, y1 + high1);
  }

  // ---- what a payout was worth ----

  private void payouts(int x) {
    text(x, TOP - 14, "ink", 14, "start", "Payout of one who came, in deposits");
    for (EveningOutcome evening : evenings) {
      if (evening.payees() > 0 && evening.locked() > 0) {
        double share = Math.min(MOST_SHOWN,
            (double) evening.paidOut() / evening.payees() / evening.plan().depositMsat());
        add("<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>%n", x + PANEL * (1 - turnUp(evening)),
            TOP + HEIGHT * (1 - share / MOST_SHOWN));
      }
    }
    StringBuilder line = new StringBuilder();
    for (int i = 0; i <= 66; i += 2) {
      double absent = i / 100.0;
      line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x + PANEL * absent,
          TOP + HEIGHT * (1 - absent / (1 - absent) / MOST_SHOWN)));
    }
    add("<polyline class=\"line\" points=\"%s\"/>%n", line.toString().strip());
    for (int i = 0; i <= 2; i++) {
      text(x - 8, TOP + HEIGHT * (1 - i / MOST_SHOWN) + 4, "soft", 11, "end", "%d", i);
    }
    axis(x, "0 %", "50 %", "100 %", "no-shows (dashed: one for each who came)");
  }

  // ---- pieces ----

  private void axis(int x, String low, String middle, String high, String name) {
    add("<path class=\"axis\" d=\"M%d %d H%d\"/>%n", x, TOP + HEIGHT, x + PANEL);
    text(x, TOP + HEIGHT + 18, "soft", 11, "start", "%s", low);
    text(x + PANEL / 2.0, TOP + HEIGHT + 18, "soft", 11, "middle", "%s", middle);
    text(x + PANEL, TOP + HEIGHT + 18, "soft", 11, "end", "%s", high);
    text(x + PANEL / 2.0, TOP + HEIGHT + 38, "soft", 12, "middle", "%s", name);
  }

  private void rect(String kind, double x, double y, double wide, double high) {
    add("<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n", kind, x, y, wide, high);
  }

  /** Only our own words and numbers are ever written: nothing has to be escaped. */
  private void text(double x, double y, String kind, int size, String anchor, String format, Object... values) {
    add("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"%s\">%s</text>%n", kind, x, y, size,
        anchor,
        String.format(Locale.ROOT, format, values));
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
