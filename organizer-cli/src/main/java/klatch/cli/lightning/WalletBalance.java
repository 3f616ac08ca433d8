package klatch.cli.lightning;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch wallet balance}. */
@Command(name = "balance", description = "What your wallet has on the chain, confirmed and not in channels.")
final class WalletBalance implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/wallet", Operations.Balance.class),
        answer -> session.say(Words.sat(answer.confirmedSat() * 1_000)));
  }
}
