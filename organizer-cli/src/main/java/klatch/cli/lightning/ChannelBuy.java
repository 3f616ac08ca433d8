package klatch.cli.lightning;

import java.time.ZoneId;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Operations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch channel buy NODEID@HOST:PORT SAT}. */
@Command(name = "buy", description = "Buy a channel, and with it room to be paid, from a node that sells them (LSPS2).")
final class ChannelBuy implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "PEER", description = "NODEID@HOST:PORT of the node that sells.")
  String peer;

  @Parameters(index = "1", paramLabel = "SAT", description = "What the payment will be that opens the channel.")
  long paymentSat;

  @Option(names = "--most-fee-sat", paramLabel = "SAT", description = "Buy, if the seller keeps no more than this of the payment. Without it you hear the price and buy nothing.")
  @Nullable
  Long mostFeeSat;

  @Option(names = "--token", paramLabel = "TEXT", description = "What the seller wants to hear, where it sells to some only.")
  @Nullable
  String token;

  @Override
  public Integer call() {
    var bought = session.api().post("/channels/buy", new Operations.Buy(peer, paymentSat, mostFeeSat, token),
        Operations.Bought.class);
    return session.show(bought, shown -> {
      session.say("A payment of " + Words.sat(shown.paymentMsat()) + " opens a channel: the seller keeps "
          + Words.sat(shown.feeMsat()) + ", " + Words.sat(shown.arrivesMsat()) + " arrive.");
      session.say("It promises to keep the channel open for " + shown.forBlocks() + " blocks.");
      if (shown.bolt11() == null) {
        session.say("Nothing is bought yet. The price stands until "
            + Words.moment(shown.untilMillis(), ZoneId.systemDefault().getId())
            + ": add --most-fee-sat " + Math.ceilDiv(shown.feeMsat(), 1_000L));
      } else {
        session
            .say("Have this invoice paid, from any wallet. The payment waits until the channel has its confirmations:");
        session.say("  " + shown.bolt11());
      }
    });
  }
}
