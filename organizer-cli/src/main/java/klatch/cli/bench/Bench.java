package klatch.cli.bench;

import picocli.CommandLine.Command;

/** {@code klatch bench}: the measurements of docs/benchmarks.md. */
@Command(name = "bench", description = "Measure Klatch on this machine.", subcommands = {UpBench.class,
    LightningBench.class, DoorBench.class, PagesBench.class}, synopsisSubcommandLabel = "COMMAND")
public final class Bench {}
