package klatch.cli.lightning;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch channel open NODEID@HOST:PORT SAT}. */
@Command(name = "open", description = "Open a channel with a Lightning node, paid for by your wallet.")
final class ChannelOpen implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "PEER", description = "NODEID@HOST:PORT.")
  String peer;

  @Parameters(index = "1", paramLabel = "SAT", description = "What goes into the channel.")
  long capacitySat;

  @Option(names = "--push-sat", paramLabel = "SAT", defaultValue = "0", description = "What of it is given to the peer at once: room for your node to be paid (default: ${DEFAULT-VALUE}).")
  long pushSat;

  @Override
  public Integer call() {
    var opened = session.api().post("/channels", new Operations.Open(peer, capacitySat, pushSat),
        Operations.Opened.class);
    return session.show(opened, shown -> {
      session.say(
          "Opening a channel of " + Words.sat(capacitySat * 1_000) + "; it works once its transaction is confirmed.");
      session.say("  channel      " + shown.channel());
      session.say("  transaction  " + shown.fundingTxid());
    });
  }
}
