package klatch.meetup;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing about an event that reads otherwise than it did.
 *
 * @param before text as it was; a number of milliseconds for a moment, lines for several questions, empty for none
 * @param after the same, now
 */
public record EventChange(Field field, String before, String after) {
  /** What can change. */
  public enum Field {
    TITLE, DESCRIPTION, PLACE, ZONE, STARTS, ENDS, CHECK_IN_OPENS, CHECK_IN_CLOSES, RSVP_CLOSES, GUESTS_PER_PLEDGE, QUESTIONS
  }

  /** What is different between two versions of one event; empty when they read the same. */
  public static List<EventChange> between(EventDetails before, EventDetails after) {
    List<EventChange> changes = new ArrayList<>();
    for (Field field : Field.values()) {
      String was = read(field, before);
      String is = read(field, after);
      if (!was.equals(is)) {
        changes.add(new EventChange(field, was, is));
      }
    }
    return List.copyOf(changes);
  }

  private static String read(Field field, EventDetails details) {
    EventTimes times = details.times();
    return switch (field) {
      case TITLE -> details.title();
      case DESCRIPTION -> details.description();
      case PLACE -> details.place();
      case ZONE -> times.zone();
      case STARTS -> Long.toString(times.startsAtMillis());
      case ENDS -> Long.toString(times.endsAtMillis());
      case CHECK_IN_OPENS -> Long.toString(times.checkInOpensAtMillis());
      case CHECK_IN_CLOSES -> Long.toString(times.checkInClosesAtMillis());
      case RSVP_CLOSES -> details.rsvpClosesAtMillis() == null ? "" : details.rsvpClosesAtMillis().toString();
      case GUESTS_PER_PLEDGE -> Integer.toString(details.guestsPerPledge());
      case QUESTIONS -> String.join("\n", details.questions());
    };
  }
}
