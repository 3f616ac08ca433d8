package klatch.cli.money;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Money;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch settle EVENT}. */
@Command(name = "settle", description = "Settle an event of yours once the appeals have closed.")
public final class Settle implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/settle";
    return session.show(session.api().post(path, Map.of(), Money.Settled.class), answer -> {
      if (answer.done()) {
        session.say("Settled: every deposit and every payout has come to its end.");
      } else {
        session.say("Under way: " + answer.waiting() + ".");
        session.say("It goes on by itself; look again with: klatch settle " + Words.shortId(answer.event()));
      }
    });
  }
}
