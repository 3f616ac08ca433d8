package klatch.meetup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Something a person should not forget about an event: from one moment on, until it no longer matters. What there is to
 * remember is a pure function of the event and the person's seat; who shows it asks at what time it is.
 */
public record Reminder(Kind kind, long dueAtMillis, long untilMillis) {
  /** What it is about. */
  public enum Kind {
    /** No RSVP yet, and RSVPs close within a day. */
    RSVP_CLOSES,
    /** A seat, and the event starts within a day. */
    STARTS_WITHIN_A_DAY,
    /** A seat, and the event starts within two hours. */
    STARTS_SOON,
    /** A seat, and the door is open. */
    CHECK_IN_OPEN
  }

  private static final long DAY = TimeUnit.DAYS.toMillis(1);
  private static final long SOON = TimeUnit.HOURS.toMillis(2);

  /**
   * Everything there will be to remember, by moment. Who has been there is reminded of nothing more.
   *
   * @param seat the person's own, if they have asked for one
   */
  public static List<Reminder> of(MeetupEvent event, Optional<Seat> seat, boolean present) {
    List<Reminder> reminders = new ArrayList<>();
    Long rsvpCloses = event.details().rsvpClosesAtMillis();
    if (event.cancelled() || present) {
      return reminders;
    }
    if (rsvpCloses != null && seat.filter(Reminder::asks).isEmpty()) {
      reminders.add(new Reminder(Kind.RSVP_CLOSES, rsvpCloses - DAY, rsvpCloses));
    }
    if (seat.filter(Reminder::has).isPresent()) {
      reminders.addAll(coming(event.times()));
    }
    return reminders;
  }

  /** The same for the event's own host, who needs no seat. */
  public static List<Reminder> ofHost(MeetupEvent event) {
    return event.cancelled() ? List.of() : coming(event.times());
  }

  private static List<Reminder> coming(EventTimes times) {
    long starts = times.startsAtMillis();
    return List.of(new Reminder(Kind.STARTS_WITHIN_A_DAY, starts - DAY, starts - SOON),
        new Reminder(Kind.STARTS_SOON, starts - SOON, starts),
        new Reminder(Kind.CHECK_IN_OPEN, times.checkInOpensAtMillis(), times.checkInClosesAtMillis()));
  }

  private static boolean asks(Seat seat) {
    return seat.status() != Seat.Status.WITHDRAWN && !seat.leaving();
  }

  private static boolean has(Seat seat) {
    return seat.status() == Seat.Status.CONFIRMED && !seat.leaving();
  }

  /** Whether it is to be shown at this moment. */
  public boolean isDueAt(long millis) {
    return dueAtMillis <= millis && millis < untilMillis;
  }
}
