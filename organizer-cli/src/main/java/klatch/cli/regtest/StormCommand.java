package klatch.cli.regtest;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Locale;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.Progress;
import klatch.regtest.storm.Storm;
import klatch.regtest.storm.StormResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code klatch regtest storm}: Lightning nodes under everything at once, killed without warning. */
@Command(name = "storm", sortOptions = false, description = "Deposits, payouts, blocks, channels opened and closed, all at once between five Lightning nodes, while one after another is killed and loses what it has not stored; every millisatoshi must be accounted for.")
final class StormCommand implements Callable<Integer> {
  @Option(names = "--kills", paramLabel = "N", defaultValue = "300", description = "How often (default: ${DEFAULT-VALUE}).")
  int kills;

  @Option(names = "--seed", paramLabel = "SEED", description = "Of the random moments, victims, amounts and decisions (default: a new one, which is printed).")
  @Nullable
  Long seed;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  @Override
  public Integer call() throws Exception {
    long chosen = seed == null ? System.nanoTime() : seed;
    System.out.println("seed " + chosen);
    // Every death would be a dozen warnings, and they are what is asked for.
    ((Logger) LoggerFactory.getLogger("klatch.lightning")).setLevel(Level.ERROR);
    StormResult result;
    var out = System.out;
    try (var progress = new Progress(out, false)) {
      progress.stage("kills", kills);
      result = new Storm(kills, chosen).run(progress::note);
    }
    if (json) {
      System.out.println(Json.line(result));
    } else {
      print(result);
    }
    return result.good() ? 0 : 1;
  }

  private static void print(StormResult result) {
    System.out.printf(Locale.ROOT, "%d kills %s in %.1f s, %d blocks%n", result.allKills(), result.kills(),
        result.seconds(), result.blocks());
    System.out.printf(Locale.ROOT, "deposits  %d collected, %d given back, %d never held%n", result.collected(),
        result.released(), result.neverHeld());
    System.out.printf(Locale.ROOT, "payouts   %d arrived, %d came back%n", result.payouts(), result.failedPayouts());
    System.out.printf(Locale.ROOT, "channels  %d opened and %d closed besides those of the start%n",
        result.channelsOpened(), result.channelsClosed());
    System.out.println(result.good() ? "everybody owns what their payments say, to the millisatoshi" : "PROBLEMS");
    result.problems().forEach(System.out::println);
  }
}
