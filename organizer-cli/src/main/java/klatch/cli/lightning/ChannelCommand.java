package klatch.cli.lightning;

import picocli.CommandLine.Command;

/** {@code klatch channel …}. */
@Command(name = "channel", description = "Lightning channels: open, buy, list, close.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    ChannelOpen.class, ChannelBuy.class, ChannelList.class, ChannelClose.class})
public final class ChannelCommand {}
