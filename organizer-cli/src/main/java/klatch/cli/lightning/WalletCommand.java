package klatch.cli.lightning;

import picocli.CommandLine.Command;

/** {@code klatch wallet …}. */
@Command(name = "wallet", description = "Your node's bitcoin on the chain: address, balance, send, backup, restore.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    WalletAddress.class, WalletBalance.class, WalletSend.class,
    WalletBackupFile.class, WalletRestore.class})
public final class WalletCommand {}
