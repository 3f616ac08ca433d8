package klatch.cli.lightning;

import picocli.CommandLine.Command;

/** {@code klatch lightning …}. */
@Command(name = "lightning", description = "Your Lightning node: what it has, pay, be paid, past payments.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    LightningInfo.class, LightningPay.class, LightningInvoice.class, LightningPayments.class})
public final class LightningCommand {}
