package klatch.cli.event;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch rsvp EVENT}. */
@Command(name = "rsvp", description = "Say that you will come: a signed pledge, no money yet.")
public final class Rsvp implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--guests", paramLabel = "N", description = "Who comes along without a key of their own (default: 0).")
  @Nullable
  Integer guests;

  @Option(names = "--answer", paramLabel = "TEXT", description = "To the host's questions, one each, in their order; only the host can read it.")
  @Nullable
  List<String> answers;

  @Option(names = "--withdraw", description = "Give the seat back; possible until check-in opens.")
  boolean withdraw;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event);
    if (withdraw) {
      return session.show(session.api().post(path + "/withdraw", Map.of(), Events.Rsvp.class),
          _ -> session.say("Withdrawn. The seat goes to whoever waits for it."));
    }
    return session.show(session.api().post(path + "/rsvp", new Events.RsvpRequest(guests, answers), Events.Rsvp.class),
        answer -> {
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
