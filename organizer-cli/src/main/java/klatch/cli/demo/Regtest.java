package klatch.cli.demo;

import picocli.CommandLine.Command;

/** {@code klatch regtest}: trials on a chain of their own. */
@Command(name = "regtest", description = "Trials on a chain of their own.", subcommands = {Kills.class,
    Simulate.class}, synopsisSubcommandLabel = "COMMAND")
public final class Regtest {}
