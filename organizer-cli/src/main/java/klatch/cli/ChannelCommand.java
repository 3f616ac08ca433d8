package klatch.cli;

import picocli.CommandLine.Command;

/** {@code klatch channel …}. */
@Command(name = "channel", description = "Lightning channels: open, list, close.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    ChannelOpen.class, ChannelList.class, ChannelClose.class})
final class ChannelCommand {}
