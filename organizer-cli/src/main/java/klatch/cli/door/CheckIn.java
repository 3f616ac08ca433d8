package klatch.cli.door;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch checkin EVENT}. */
@Command(name = "checkin", description = "Check in at the door; your deposit comes back at once.")
public final class CheckIn implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--frame", paramLabel = "CODE", description = "The text of the code that the door shows.")
  @Nullable
  String frame;

  @Option(names = "--offline", description = "Without a network: answer the door's code, then read the code with which it closes.")
  boolean offline;

  @Override
  public Integer call() {
    if (offline) {
      return Scanning.scan(session, session.event(event), frame);
    }
    var path = "/events/" + session.event(event) + "/checkin";
    return session.show(session.api().post(path, new Events.CheckIn(frame), Events.CheckedIn.class), answer -> {
      session.say("You are checked in.");
      if (answer.deposit() != null) {
        session.say(Words.sat(answer.deposit().msat()) + ": " + answer.deposit().says());
      }
    });
  }
}
