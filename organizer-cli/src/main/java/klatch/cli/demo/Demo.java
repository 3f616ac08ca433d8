package klatch.cli.demo;

import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.node.ChainKind;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch demo}: a deposit-backed meetup on real parts, from an empty chain to the last payout. */
@Command(name = "demo", sortOptions = false, description = "Watch a whole meetup: separate nodes, real Lightning on regtest, every millisatoshi accounted for.", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:every balance is what the settlement says and the audit is clean", "1:it is not, or a step failed",
    "2:wrong usage"})
public final class Demo implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Option(names = "--attendees", paramLabel = "N", defaultValue = "6", description = "How many people lock a deposit (default: ${DEFAULT-VALUE}).")
  int attendees;

  @Option(names = "--no-shows", paramLabel = "N", defaultValue = "2", description = "How many of them stay away (default: ${DEFAULT-VALUE}).")
  int noShows;

  @Option(names = "--deposit-sat", paramLabel = "SAT", defaultValue = "10000", description = "Each deposit (default: ${DEFAULT-VALUE}).")
  long depositSat;

  @Option(names = "--chain", paramLabel = "CHAIN", defaultValue = "embedded", description = "embedded, or bitcoind: one from PATH or Debian's (default: ${DEFAULT-VALUE}).")
  ChainKind chain;

  @Option(names = "--topology", paramLabel = "TOPOLOGY", defaultValue = "routed", description = "routed: everybody has one channel, with a routing node; direct: with the organiser (default: ${DEFAULT-VALUE}).")
  DemoOptions.Topology topology;

  @Option(names = "--organiser", paramLabel = "KIND", defaultValue = "ldk", description = "The organiser's Lightning node: ldk, the embedded one, or lnd, a real LND on a real bitcoind, with direct channels (default: ${DEFAULT-VALUE}).")
  DemoOptions.Organiser organiser;

  @Option(names = "--kill-organiser-at", paramLabel = "STEP", description = "offered, held, releasing, collecting or paying: the organiser's process halts right before and right after that step's effect. Repeatable.")
  List<String> killAt = List.of();

  @Option(names = "--kill-organiser-randomly", paramLabel = "N", defaultValue = "0", description = "Kill the organiser's process hard this often, at random moments.")
  int randomKills;

  @Option(names = "--seed", paramLabel = "SEED", description = "Of the random moments (default: a new one, which is printed).")
  @Nullable
  Long seed;

  @Option(names = "--keep", description = "Leave everything running until Ctrl-C.")
  boolean keep;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  @Override
  public Integer call() throws Exception {
    DemoOptions options;
    try {
      options = new DemoOptions(attendees, noShows, depositSat, chain, topology, killAt, randomKills,
          seed == null ? System.nanoTime() : seed);
      if (organiser == DemoOptions.Organiser.LND) {
        options = options.withLnd();
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return new DemoRun(options, System.out, json, keep).run() ? 0 : 1;
  }
}
