package klatch.cli.lightning;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch wallet address}. */
@Command(name = "address", description = "A fresh address to send bitcoin to.")
final class WalletAddress implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().post("/wallet/address", Map.of(), Operations.Address.class),
        answer -> session.say(answer.address()));
  }
}
