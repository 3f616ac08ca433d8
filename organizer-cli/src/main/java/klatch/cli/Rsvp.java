package klatch.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.web.wire.Events;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch rsvp EVENT}. */
@Command(name = "rsvp", description = "Say that you will come: a signed pledge, no money yet.")
final class Rsvp implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/rsvp";
    return session.show(session.api().post(path, Map.of(), Events.Rsvp.class), answer -> {
      session.say(switch (answer.seat()) {
        case "confirmed" -> "You have a seat.";
        case "waitlisted" -> "The event is full; you are on the waitlist.";
        case "declined" -> "The organiser has no seat for you.";
        default -> "Your pledge is signed; the seat is confirmed when the organiser's node sees it.";
      });
      session.say("  next    klatch event show " + Words.shortId(answer.event()));
    });
  }
}
