package klatch.cli.lightning;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Operations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch wallet send ADDRESS SAT}. */
@Command(name = "send", description = "Send bitcoin from your wallet to an address.")
final class WalletSend implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "ADDRESS", description = "Of your node's network.")
  String address;

  @Parameters(index = "1", paramLabel = "SAT", description = "How much, the fee not included.")
  long amountSat;

  @Option(names = "--fee-rate", paramLabel = "SAT", description = "Satoshi for each virtual byte (default: what the chain estimates).")
  @Nullable
  Long feeRate;

  @Override
  public Integer call() {
    var sent = session.api().post("/wallet/send", new Operations.Send(address, amountSat, feeRate),
        Operations.Sent.class);
    return session.show(sent, shown -> {
      session.say("Sent " + Words.sat(shown.amountSat() * 1_000) + ", fee " + Words.sat(shown.feeSat() * 1_000) + ".");
      session.say("  transaction  " + shown.txid());
    });
  }
}
