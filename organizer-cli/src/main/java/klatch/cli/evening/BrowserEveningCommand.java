package klatch.cli.evening;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import klatch.cli.node.ChainKind;
import klatch.cli.node.StartRefusedException;
import klatch.cli.terminal.Json;
import klatch.regtest.browser.Chromium;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch regtest evening}: a whole evening through real browsers, with pictures. */
@Command(name = "evening", sortOptions = false, description = "Play a whole evening through real browsers on regtest, deposits really held: everybody's pages, the door's camera, the money to the millisatoshi, and pictures of all of it. Needs Chromium.", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:every balance is what the settlement says, every audit clean, no fault on any page",
    "1:not so, or a step failed",
    "2:wrong usage"})
public final class BrowserEveningCommand implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Option(names = "--attendees", paramLabel = "N", defaultValue = "8", description = "How many people lock a deposit (default: ${DEFAULT-VALUE}).")
  int attendees;

  @Option(names = "--guests", paramLabel = "N", defaultValue = "3", description = "How many of them have no node, only a browser and a wallet (default: ${DEFAULT-VALUE}).")
  int guests;

  @Option(names = "--no-shows", paramLabel = "N", defaultValue = "2", description = "How many of them stay away (default: ${DEFAULT-VALUE}).")
  int noShows;

  @Option(names = "--deposit-sat", paramLabel = "SAT", defaultValue = "10000", description = "Each deposit (default: ${DEFAULT-VALUE}).")
  long depositSat;

  @Option(names = "--chain", paramLabel = "CHAIN", defaultValue = "embedded", description = "embedded or bitcoind (default: ${DEFAULT-VALUE}).")
  ChainKind chain;

  @Option(names = "--pictures", paramLabel = "DIR", description = "Write numbered pictures of the pages there, and a report.")
  @Nullable
  Path pictures;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  @Override
  public Integer call() throws Exception {
    EveningPlan plan;
    try {
      plan = new EveningPlan(attendees, guests, noShows, depositSat, chain);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    if (!Chromium.installed()) {
      throw new StartRefusedException("this needs Chromium on the PATH (Debian: apt install chromium)");
    }
    var result = new EveningRun(plan, Optional.ofNullable(pictures), System.out).run();
    if (json) {
      System.out.println(Json.line(result));
    }
    return result.good() ? 0 : 1;
  }
}
