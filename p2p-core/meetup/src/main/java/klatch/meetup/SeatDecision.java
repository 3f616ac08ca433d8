package klatch.meetup;

import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * One line of the organiser's seat ledger.
 *
 * @param pledge the entry that asked for the seat
 * @param withdrawal the attendee's {@link PledgeWithdrawn} entry, exactly when the outcome is {@code RELEASED}; else null
 */
public record SeatDecision(EventId event, EntryId pledge, SeatOutcome outcome, @Nullable EntryId withdrawal)
    implements
      MeetupMessage {
  public SeatDecision {
    if ((outcome == SeatOutcome.RELEASED) != (withdrawal != null)) {
      throw new IllegalArgumentException(
          "a decision cites a withdrawal exactly when it releases a seat; this one says " + outcome
              + ((withdrawal != null) ? " and cites one" : " and cites none"));
    }
  }

  public static SeatDecision of(EventId event, EntryId pledge, SeatOutcome outcome) {
    return new SeatDecision(event, pledge, outcome, null);
  }

  public static SeatDecision released(EventId event, EntryId pledge, EntryId withdrawal) {
    return new SeatDecision(event, pledge, SeatOutcome.RELEASED, withdrawal);
  }
}
