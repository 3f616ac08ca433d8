package klatch.cli.money;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
import klatch.web.wire.Money;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch report EVENT}. */
@Command(name = "report", description = "What became of the money of an event.")
public final class Report implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/report";
    return session.show(session.api().get(path, Money.Report.class), this::words);
  }

  private void words(Money.Report report) {
    var table = new Table("WHO", "HERE", ">HELD", ">RETURNED", ">FORFEITED", ">PAYOUT", "");
    for (var line : report.people()) {
      table.row(Words.person(line.nickname(), line.person()), line.present() ? "yes" : "no",
          Words.sat(line.heldMsat()), Words.sat(line.releasedMsat()), Words.sat(line.forfeitedMsat()),
          Words.sat(line.payoutMsat()), line.payoutState());
    }
    table.print(session.out());
    session.say("");
    session.say("pot " + Words.sat(report.potMsat()) + " = paid out " + Words.sat(report.paidOutMsat()) + " + fees "
        + Words.sat(report.feesMsat()) + " + left " + Words.sat(report.leftMsat()));
    if (report.own() != null) {
      session.say("yours: " + Words.sat(report.own().depositMsat()) + " " + report.own().state() + ", received "
          + Words.sat(report.own().receivedMsat()));
    }
    session.say(report.done() ? "Everything is done." : "Not finished yet.");
  }
}
