package klatch.cli.door;

import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch presence EVENT}. */
@Command(name = "presence", description = "Who was there by the event's rule, why, and who only met each other.")
public final class PresenceCommand implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/presence";
    return session.show(session.api().get(path, Events.PresenceReport.class), report -> {
      report.people()
          .forEach(met -> session
              .say((met.present() ? "present  " : "not yet  ") + Words.person(met.nickname(), met.person()) + ": "
                  + met.says()));
      report.overstretched().forEach(person -> session
          .say("note     " + Words.shortId(person) + " stands alone for too many; their word does not count"));
      report.undone().forEach(person -> session
          .say("note     the check-in of " + Words.shortId(person) + " was undone; their deposit goes back"));
      report.adrift().forEach(group -> session.say("note     no path to a door: " + shortIds(group)));
    });
  }

  private static String shortIds(List<String> people) {
    return String.join(", ", people.stream().map(Words::shortId).toList());
  }
}
