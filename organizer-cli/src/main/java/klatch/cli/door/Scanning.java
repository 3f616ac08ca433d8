package klatch.cli.door;

import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;

/** What a camera has read, told to the node, and what to do then. */
final class Scanning {
  private Scanning() {}

  static int scan(Session session, String event, @Nullable String frame) {
    var answer = session.api().post("/events/" + event + "/scan", new Events.Scan(frame), Events.Scanned.class);
    return session.show(answer, scanned -> {
      var other = Words.person(scanned.nickname(), scanned.other());
      session.say(switch (scanned.step()) {
        case "answered" -> "Let " + other + "'s camera read this, within 15 seconds:";
        case "signed" ->
          "You have met " + other + ", and both have signed. Let their camera read this, for their proof:";
        case "done" -> "You have met " + other + ", and both have signed.";
        default -> "You had met " + other + " before; nothing more is needed.";
      });
      if (scanned.frame() != null) {
        session.say(scanned.frame());
      }
    });
  }
}
