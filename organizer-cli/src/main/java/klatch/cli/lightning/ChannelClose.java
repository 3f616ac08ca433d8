package klatch.cli.lightning;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.NodeStatus;
import klatch.web.wire.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch channel close CHANNEL}. */
@Command(name = "close", description = "Close a channel; what is yours in it comes to your wallet on the chain.")
final class ChannelClose implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "CHANNEL", description = "Its id, or the first characters of it.")
  String channel;

  @Option(names = "--force", description = "Without the peer's consent: the coins come after a delay, and held deposits are settled on the chain.")
  boolean force;

  @Override
  public Integer call() {
    var id = session.resolve(channel, "channel", () -> session.api().get("/channels", Operations.Channels.class)
        .channels().stream().map(NodeStatus.Channel::id).toList());
    var closing = session.api().post("/channels/" + id + "/close", new Operations.Close(force),
        Operations.Closing.class);
    return session.show(closing, shown -> session.say("Closing the channel " + Words.shortId(shown.channel())
        + (shown.force() ? " by force: its coins come to your wallet after a delay." : ".")));
  }
}
