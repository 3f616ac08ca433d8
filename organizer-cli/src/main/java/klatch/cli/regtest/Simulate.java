package klatch.cli.regtest;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.Progress;
import klatch.commitments.simulation.EveningOutcome;
import klatch.regtest.study.NoShowStudy;
import klatch.regtest.study.StudyPicture;
import klatch.regtest.study.StudyPlan;
import klatch.regtest.study.StudyResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch regtest simulate}: many evenings in memory, with processes that die and payments that fail. */
@Command(name = "simulate", sortOptions = false, description = "Play many evenings over a Lightning network in memory while processes die and payments fail: who came, what was paid, and whether every invariant held.")
final class Simulate implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,4})(?:\\.\\.(\\d{1,4}))?");
  private static final int PROBLEMS_SHOWN = 20;
  private static final double MSAT_PER_SAT = 1_000;

  @Spec
  CommandSpec spec;

  @Option(names = "--events", paramLabel = "N", defaultValue = "200", description = "How many evenings (default: ${DEFAULT-VALUE}).")
  int events;

  @Option(names = "--attendees", paramLabel = "N..M", defaultValue = "8..40", description = "At each evening, drawn evenly (default: ${DEFAULT-VALUE}).")
  String attendees;

  @Option(names = "--no-show-rate", paramLabel = "RATE", defaultValue = "0.3", description = "Chance that somebody stays away (default: ${DEFAULT-VALUE}).")
  double noShowRate;

  @Option(names = "--seed", paramLabel = "SEED", description = "Decides everything that is left open (default: a new one, which is printed).")
  @Nullable
  Long seed;

  @Option(names = "--svg", paramLabel = "FILE", description = "Write the picture there.")
  @Nullable
  Path picture;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  @Override
  public Integer call() throws InterruptedException, IOException {
    var study = new NoShowStudy(plan());
    // Every death and every failed payment would be a warning, and they are what is asked for.
    ((Logger) LoggerFactory.getLogger("klatch.commitments")).setLevel(Level.ERROR);
    List<EveningOutcome> evenings;
    var err = System.err;
    try (var progress = new Progress(err, Progress.onTerminal())) {
      progress.stage("evenings", events);
      evenings = study.play(done -> {
        if (done % Math.max(1, events / 10) == 0) {
          progress.step(done + " of " + events);
        }
      });
    }
    var result = study.result(evenings);
    print(result);
    if (picture != null) {
      Files.writeString(picture, StudyPicture.svg(result, evenings));
    }
    if (json) {
      System.out.println(Json.line(result));
    }
    return result.good() ? 0 : 1;
  }

  private StudyPlan plan() {
    Matcher range = RANGE.matcher(attendees);
    if (!range.matches()) {
      throw new ParameterException(spec.commandLine(),
          "--attendees is a number or a range like 8..40, not " + attendees);
    }
    int least = Integer.parseInt(range.group(1));
    try {
      return new StudyPlan(events, least, range.group(2) == null ? least : Integer.parseInt(range.group(2)), noShowRate,
          seed == null ? System.nanoTime() : seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private void print(StudyResult result) {
    System.out.printf(Locale.ROOT, "seed %d: %d evenings, %,d seats, %,d deposits locked%n", result.plan().seed(),
        events, result.seats(), result.locked());
    System.out.printf(Locale.ROOT, "came      %,d; of those with a deposit %.1f %%, no-shows %,d%n", result.came(),
        100 * result.turnUp(), result.noShows());
    System.out.printf(Locale.ROOT, "deposits  %,.3f sat back to their owners, %,.3f sat forfeited%n",
        result.refunded() / MSAT_PER_SAT, result.collected() / MSAT_PER_SAT);
    System.out.printf(Locale.ROOT, "forfeited %,.3f sat to %,d people who came, %,.3f sat fees, %,.3f sat left over%n",
        result.paidOut() / MSAT_PER_SAT, result.payees(), result.fees() / MSAT_PER_SAT,
        result.reserveLeft() / MSAT_PER_SAT);
    System.out.printf(Locale.ROOT, "faults    %,d processes died and started again%n", result.deaths());
    System.out
        .println(result.good() ? "every invariant held on every evening" : result.problems().size() + " PROBLEMS");
    result.problems().stream().limit(PROBLEMS_SHOWN).forEach(problem -> System.out.printf(Locale.ROOT,
        "evening %d (seed %d): %s%n", problem.evening(), problem.seed(), problem.what()));
  }
}
