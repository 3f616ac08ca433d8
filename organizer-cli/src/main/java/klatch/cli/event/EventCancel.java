package klatch.cli.event;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch event cancel EVENT}. */
@Command(name = "cancel", description = "Cancel an event of yours; every deposit goes back.")
final class EventCancel implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--reason", paramLabel = "TEXT", description = "One sentence for those who wanted to come.")
  @Nullable
  String reason;

  @Option(names = "--following", description = "All that follow in its series, too.")
  boolean following;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/cancel";
    return session.show(session.api().post(path, new Events.Cancel(reason, following), Events.Cancelled.class),
        answer -> session.say(answer.events().size() == 1
            ? "Cancelled. Every deposit goes back to its owner."
            : "Cancelled " + answer.events().size() + " events. Every deposit goes back to its owner."));
  }
}
