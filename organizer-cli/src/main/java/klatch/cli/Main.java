package klatch.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code klatch} command; each subcommand is a class of its own. */
@Command(name = "klatch", mixinStandardHelpOptions = true, version = "klatch 0.1.0", description = "A meetup app with no company in the middle.", synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
