package klatch.cli.lightning;

import java.time.Duration;
import java.util.concurrent.Callable;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.TimeText;
import klatch.web.wire.Operations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch lightning pay BOLT11}. */
@Command(name = "pay", description = "Pay a Lightning invoice. Asking twice pays once.")
final class LightningPay implements Callable<Integer> {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  @Mixin
  Session session;

  @Parameters(paramLabel = "BOLT11", description = "The invoice; it must name an amount.")
  String bolt11;

  @Option(names = "--max-fee-sat", paramLabel = "SAT", description = "The most that routing may cost (default: 1 %% and 10 sat).")
  @Nullable
  Long maxFeeSat;

  @Option(names = "--wait", paramLabel = "SPAN", converter = TimeText.Span.class, defaultValue = "60s", description = "How long to wait for the outcome (default: ${DEFAULT-VALUE}).")
  Duration wait;

  @Override
  public Integer call() throws InterruptedException {
    var until = System.nanoTime() + wait.toNanos();
    Long maxFee = maxFeeSat == null ? null : Long.valueOf(maxFeeSat * 1_000);
    var payment = session.api().post("/lightning/pay", new Operations.Pay(bolt11, maxFee), Operations.Payment.class);
    while (payment.state().equals("pending") && System.nanoTime() < until) {
      Thread.sleep(LOOK_AGAIN);
      payment = session.api().get("/lightning/payments/" + payment.hash(), Operations.Payment.class);
    }
    session.show(payment, shown -> session.say(LightningPayments.words(shown)));
    return switch (payment.state()) {
      case "done", "pending" -> ExitCode.OK;
      default -> ExitCode.FAILED;
    };
  }
}
