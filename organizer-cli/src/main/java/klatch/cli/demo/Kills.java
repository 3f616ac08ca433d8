package klatch.cli.demo;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import klatch.cli.Main;
import klatch.cli.node.ChainKind;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.Progress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch regtest kills}: one evening after another while everybody's node is killed at random moments. */
@Command(name = "kills", sortOptions = false, description = "Kill the organiser, the payers, and the node that their money comes through, hard at random moments, through as many evenings as it takes; every millisatoshi must be accounted for.")
public final class Kills implements Callable<Integer> {
  private static final List<Killer.Victim> DICE = List.of(Killer.Victim.ORGANISER, Killer.Victim.ORGANISER,
      Killer.Victim.ROUTER, Killer.Victim.ATTENDEE, Killer.Victim.ATTENDEE);

  @Spec
  CommandSpec spec;

  @Option(names = "--kills", paramLabel = "N", defaultValue = "100", description = "How often (default: ${DEFAULT-VALUE}).")
  int kills;

  @Option(names = "--seed", paramLabel = "SEED", description = "Of the random moments (default: a new one, which is printed).")
  @Nullable
  Long seed;

  @Option(names = "--attendees", paramLabel = "N", defaultValue = "6", description = "At each evening (default: ${DEFAULT-VALUE}).")
  int attendees;

  @Option(names = "--no-shows", paramLabel = "N", defaultValue = "2", description = "At each evening (default: ${DEFAULT-VALUE}).")
  int noShows;

  @Option(names = "--chain", paramLabel = "CHAIN", defaultValue = "embedded", description = "embedded or bitcoind (default: ${DEFAULT-VALUE}).")
  ChainKind chain;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  /**
   * What the trial ended with.
   *
   * @param kills          of everybody together
   * @param exact          evenings whose every balance was what the settlement says, with a clean audit
   * @param channelsClosed channels that were there at the start and are not there at the end
   */
  @JsonPropertyOrder({"kills", "organiserKills", "routerKills", "attendeeKills", "seed", "evenings", "exact",
      "channelsClosed", "seconds"})
  record Result(int kills, int organiserKills, int routerKills, int attendeeKills, long seed, int evenings, int exact,
      int channelsClosed, double seconds) {
    boolean good() {
      return exact == evenings && channelsClosed == 0;
    }
  }

  @Override
  public Integer call() throws Exception {
    long chosen = seed == null ? System.nanoTime() : seed;
    DemoOptions options;
    try {
      options = new DemoOptions(attendees, noShows, 10_000, chain, DemoOptions.Topology.ROUTED, List.of(), kills,
          chosen);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    System.out.println("seed " + chosen);
    var result = run(options);
    if (json) {
      System.out.println(Json.line(result));
    } else {
      System.out.printf(Locale.ROOT,
          "%d kills (organiser %d, router %d, attendees %d) through %d evenings, %d exact to the msat, %d channels closed, %.1f s%n",
          result.kills(), result.organiserKills(), result.routerKills(), result.attendeeKills(), result.evenings(),
          result.exact(), result.channelsClosed(),
          result.seconds());
    }
    return result.good() ? 0 : 1;
  }

  private static Result run(DemoOptions options) throws Exception {
    var directory = Files.createTempDirectory("klatch-kills");
    var out = System.out;
    try (var progress = new Progress(out, false);
        var world = World.build(options, directory, Main.class.getName(), progress);
        var killer = new Killer(world, options.randomKills(), options.seed(), DICE)) {
      int channels = world.channelCount();
      int evenings = 0;
      int exact = 0;
      killer.start();
      while (killer.done() < options.randomKills()) {
        evenings++;
        var report = new Rehearsal(world, options, progress, Pace.BRISK).run("Evening " + evenings, () -> {
        }, () -> {
        });
        exact += report.good() ? 1 : 0;
        System.out.printf(Locale.ROOT, "evening %d: %s, audit %s, %d kills so far%n", evenings,
            report.conserved() ? "exact" : "NOT EXACT", report.audit(), killer.done());
      }
      return new Result(killer.done(), killer.deaths(Killer.Victim.ORGANISER), killer.deaths(Killer.Victim.ROUTER),
          killer.deaths(Killer.Victim.ATTENDEE), options.seed(), evenings, exact, channels - world.channelCount(),
          progress.seconds());
    }
  }
}
