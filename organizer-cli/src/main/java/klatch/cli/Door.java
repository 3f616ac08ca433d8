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

  @Option(names = "--undo", paramLabel = "PERSON", description = "Take a wrong check-in back: the person's id, or the first characters of it. A deposit that went back stays back.")
  @Nullable
  String undo;

  @Option(names = "--reason", paramLabel = "TEXT", description = "With --undo: why, for everybody to read.")
  @Nullable
  String reason;

  @Override
  public Integer call() {
    if (undo != null) {
      return undo(session.event(event), undo);
    }
    if (scanned != null) {
      return Scanning.scan(session, session.event(event), scanned);
    }
    var path = "/events/" + session.event(event) + "/door";
    return session.show(session.api().get(path, Events.Door.class), answer -> session.say(answer.frame()));
  }

  private int undo(String id, String typed) {
    var person = session.resolve(typed, "person",
        () -> session.api().get("/events/" + id + "/presence", Events.PresenceReport.class).people().stream()
            .map(Events.Met::person).toList());
    var undone = session.api().post("/events/" + id + "/undo", new Events.Undo(person, reason), Events.Undone.class);
    return session.show(undone, answer -> session
        .say("The check-in of " + Words.shortId(answer.person()) + " is undone; they may be checked in again."));
  }
}
