package klatch.cli.event;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch event list}. */
@Command(name = "list", description = "The events of your groups.")
final class EventList implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/events", Events.EventList.class), answer -> {
      if (answer.events().isEmpty()) {
        session.say("No events yet. Create one: klatch event create TITLE --start '2026-12-01 19:00'.");
        return;
      }
      var table = new Table("ID", "TITLE", "START", ">SEATS", ">DEPOSIT", "YOU");
      for (var event : answer.events()) {
        table.row(Words.shortId(event.id()), title(event), Words.moment(event.startsAtMillis(), event.zone()),
            event.confirmed() + "/" + event.capacity(),
            event.depositMsat() == null ? "none" : Words.sat(event.depositMsat()), you(event));
      }
      table.print(session.out());
      answer.events().forEach(event -> event.reminders().stream().filter(Events.Reminder::due)
          .forEach(reminder -> session.say("  " + event.title() + ": " + reminder.kind().replace('_', ' '))));
    });
  }

  private static String title(Events.Summary event) {
    var occurrence = event.occurrence();
    return occurrence == null
        ? event.title()
        : event.title() + " (" + occurrence.number() + " of " + occurrence.of() + ")";
  }

  private static String you(Events.Summary event) {
    if (event.cancelled()) {
      return "cancelled";
    }
    if (event.yours()) {
      return "organiser";
    }
    var seat = event.yourSeat() == null ? "" : event.yourSeat();
    return event.changedSinceRsvp().isEmpty() ? seat : seat + ", event changed";
  }
}
