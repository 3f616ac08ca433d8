package klatch.meetup;

import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * One line of an event's seat ledger, which its host keeps.
 *
 * @param pledge the entry that asked for seats
 * @param seats how many it asked for: all of them are given or none
 * @param withdrawal the attendee's {@link PledgeWithdrawn} entry, exactly when the outcome is {@code RELEASED}; else null
 */
public record SeatDecision(EventId event, EntryId pledge, SeatOutcome outcome, int seats, @Nullable EntryId withdrawal)
    implements
      MeetupMessage {
  public SeatDecision {
    Limits.within(seats, 1, 1 + Limits.GUESTS, "number of seats");
    if ((outcome == SeatOutcome.RELEASED) != (withdrawal != null)) {
      throw new IllegalArgumentException(
          "a decision cites a withdrawal exactly when it releases a seat; this one says " + outcome
              + ((withdrawal != null) ? " and cites one" : " and cites none"));
    }
  }

  public static SeatDecision of(EventId event, EntryId pledge, SeatOutcome outcome) {
    return of(event, pledge, outcome, 1);
  }

  public static SeatDecision of(EventId event, EntryId pledge, SeatOutcome outcome, int seats) {
    return new SeatDecision(event, pledge, outcome, seats, null);
  }

  public static SeatDecision released(EventId event, EntryId pledge, EntryId withdrawal) {
    return released(event, pledge, 1, withdrawal);
  }

  public static SeatDecision released(EventId event, EntryId pledge, int seats, EntryId withdrawal) {
    return new SeatDecision(event, pledge, SeatOutcome.RELEASED, seats, withdrawal);
  }
}
