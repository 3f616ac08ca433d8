package klatch.cli.lightning;

import java.time.ZoneId;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
import klatch.web.wire.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch lightning payments}. */
@Command(name = "payments", description = "What your Lightning node paid and was paid, newest first.")
final class LightningPayments implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/lightning/payments", Operations.Payments.class), answer -> {
      if (answer.payments().isEmpty()) {
        session.say("No payments yet.");
        return;
      }
      var table = new Table("WHEN", "", ">AMOUNT", ">FEE", "STATE", "HASH");
      for (var payment : answer.payments()) {
        table.row(
            payment.atMillis() == null ? "" : Words.moment(payment.atMillis(), ZoneId.systemDefault().getId()),
            payment.direction(), amount(payment), Words.sat(payment.feeMsat()), state(payment),
            payment.hash() == null ? "" : Words.shortId(payment.hash()));
      }
      table.print(session.out());
    });
  }

  /** One line for a person. */
  static String words(Operations.Payment payment) {
    var cost = payment.feeMsat() == 0 ? "" : ", " + Words.sat(payment.feeMsat()) + " for routing";
    return amount(payment) + ": " + state(payment) + cost
        + (payment.reason() == null ? "" : ": " + payment.reason());
  }

  private static String amount(Operations.Payment payment) {
    return payment.amountMsat() == null ? "?" : Words.sat(payment.amountMsat());
  }

  private static String state(Operations.Payment payment) {
    return switch (payment.state()) {
      case "done" -> payment.direction().equals("sent") ? "paid" : "received";
      case "pending" -> "under way or held";
      case "given_back" -> "came back";
      default -> payment.state();
    };
  }
}
