package klatch.cli.lightning;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
import klatch.web.wire.NodeStatus;
import klatch.web.wire.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch channel list}. */
@Command(name = "list", description = "Your channels, and how much goes through each of them now.")
public final class ChannelList implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/channels", Operations.Channels.class), answer -> {
      if (answer.channels().isEmpty()) {
        session.say("No channels yet. Open one: klatch channel open NODEID@HOST:PORT SAT");
        return;
      }
      print(answer.channels(), session.out());
    });
  }

  public static void print(List<NodeStatus.Channel> channels, PrintWriter out) {
    var table = new Table("CHANNEL", "WITH", ">CAPACITY", ">OURS", ">CAN SEND", ">CAN RECEIVE", ">HELD", "");
    for (var channel : channels) {
      table.row(Words.shortId(channel.id()), Words.shortId(channel.peer()), Words.sat(channel.capacityMsat()),
          Words.sat(channel.oursMsat()), Words.sat(channel.canSendMsat()), Words.sat(channel.canReceiveMsat()),
          Integer.toString(channel.pendingHtlcs()), channel.usable() ? "ready" : "not ready");
    }
    table.print(out);
  }
}
