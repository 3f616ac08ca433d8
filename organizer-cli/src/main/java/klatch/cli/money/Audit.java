package klatch.cli.money;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Money;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch audit EVENT}. */
@Command(name = "audit", description = "Recompute the settlement from the signed log alone; exit code 1 if anything differs.")
public final class Audit implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    var audit = session.api().get("/events/" + session.event(event) + "/audit", Money.Audit.class);
    session.show(audit, this::words);
    return audit.clean() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void words(Money.Audit audit) {
    if (audit.clean()) {
      session.say("Clean: the signed log and what was done agree"
          + (audit.complete() ? "." : ", as far as it is done."));
    } else {
      session.say("NOT clean: " + Words.count(audit.findings().size(), "difference", "differences") + ".");
      list(audit.findings(), "proof");
    }
    if (!audit.pending().isEmpty()) {
      session.say("Pending: " + Words.count(audit.pending().size(), "payout", "payouts") + ".");
      list(audit.pending(), "see");
    }
  }

  private void list(List<Money.Finding> findings, String label) {
    for (var finding : findings) {
      session.say("  " + finding.message());
      finding.proofs().forEach(proof -> session.say(String.format(Locale.ROOT, "    %-7s %s", label, proof)));
    }
  }
}
