package klatch.cli;

import java.util.concurrent.Callable;
import klatch.web.wire.Events;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch door EVENT}. */
@Command(name = "door", description = "Print the code that the door shows now; it changes every few seconds.")
final class Door implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/door";
    return session.show(session.api().get(path, Events.Door.class), answer -> session.say(answer.frame()));
  }
}
