package klatch.cli;

import picocli.CommandLine.Command;

/** {@code klatch wallet …}. */
@Command(name = "wallet", description = "Your node's bitcoin on the chain: address, balance, send.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    WalletAddress.class, WalletBalance.class, WalletSend.class})
final class WalletCommand {}
