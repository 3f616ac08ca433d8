package klatch.cli.money;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
import klatch.web.wire.Money;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch deposits}. */
@Command(name = "deposits", description = "Your own deposits and your shares of the no-shows', the latest event first.")
public final class OwnDeposits implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/deposits", Money.History.class), this::words);
  }

  private void words(Money.History history) {
    if (history.deposits().isEmpty()) {
      session.say("You have locked no deposit yet.");
      return;
    }
    var table = new Table("EVENT", "", "WHEN", ">DEPOSIT", "", ">SHARE", "");
    for (var past : history.deposits()) {
      table.row(Words.shortId(past.event()), past.title(), Words.moment(past.startsAtMillis(), past.zone()),
          Words.sat(past.depositMsat()), past.state(), Words.sat(past.payoutMsat()), past.payoutState());
    }
    table.print(session.out());
  }
}
