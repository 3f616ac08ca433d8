package klatch.cli.money;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.TimeText;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import klatch.web.wire.Money;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch lock EVENT}. */
@Command(name = "lock", description = "Lock your deposit from your own Lightning node.")
public final class Lock implements Callable<Integer> {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--wait", paramLabel = "SPAN", converter = TimeText.Span.class, defaultValue = "30s", description = "How long to wait until it is held (default: ${DEFAULT-VALUE}).")
  Duration wait;

  @Option(names = "--invoice", description = "Only show the invoice, to be paid by another wallet of yours.")
  boolean invoice;

  @Override
  public Integer call() throws InterruptedException {
    var path = "/events/" + session.event(event);
    if (invoice) {
      return session.show(session.api().get(path + "/offer", Money.Offer.class), offer -> {
        session.say("Pay this with any Lightning wallet; it shows as pending until you check in:");
        session.say("  " + offer.bolt11());
      });
    }
    var until = System.nanoTime() + wait.toNanos();
    var answer = session.api().post(path + "/lock", Map.of(), Events.Locked.class);
    while (answer.deposit().state().equals("paying") && System.nanoTime() < until) {
      Thread.sleep(LOOK_AGAIN);
      // Only looks: asking to lock again would try again after a failure.
      answer = new Events.Locked(answer.event(), yours(session.api().get(path, Events.Detail.class), answer.deposit()));
    }
    session.show(answer, shown -> session.say(Words.sat(shown.deposit().msat()) + ": " + shown.deposit().says()));
    return answer.deposit().state().equals("failed") ? ExitCode.FAILED : ExitCode.OK;
  }

  private static Events.Deposit yours(Events.Detail detail, Events.Deposit before) {
    return detail.people().stream().filter(Events.Person::you).map(Events.Person::deposit).filter(Objects::nonNull)
        .findFirst().orElse(before);
  }
}
