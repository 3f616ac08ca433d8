package klatch.cli;

import java.util.concurrent.Callable;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch door EVENT}. */
@Command(name = "door", description = "Print the code that the door shows now; it changes every few seconds.")
final class Door implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--scanned", paramLabel = "CODE", description = "What this device's camera has read: a code to answer, an answer, or what closes it.")
  @Nullable
  String scanned;

  @Override
  public Integer call() {
    if (scanned != null) {
      return Scanning.scan(session, session.event(event), scanned);
    }
    var path = "/events/" + session.event(event) + "/door";
    return session.show(session.api().get(path, Events.Door.class), answer -> session.say(answer.frame()));
  }
}
