package klatch.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.web.wire.Events;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch lock EVENT}. */
@Command(name = "lock", description = "Lock your deposit from your own Lightning node.")
final class Lock implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/lock";
    return session.show(session.api().post(path, Map.of(), Events.Locked.class),
        answer -> session.say(Words.sat(answer.deposit().msat()) + ": " + answer.deposit().says()));
  }
}
