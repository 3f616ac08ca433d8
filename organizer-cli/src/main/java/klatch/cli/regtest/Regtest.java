package klatch.cli.regtest;

import klatch.cli.demo.Kills;
import klatch.cli.evening.BrowserEveningCommand;
import picocli.CommandLine.Command;

/** {@code klatch regtest}: a playground and trials on chains of their own. */
@Command(name = "regtest", description = "A playground and trials on a chain of their own.", subcommands = {
    PlaygroundUp.class, Simulate.class, Kills.class, StormCommand.class,
    OnChain.class, BrowserEveningCommand.class}, synopsisSubcommandLabel = "COMMAND")
public final class Regtest {}
