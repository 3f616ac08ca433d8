package klatch.meetup;

import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * One line of a seat ledger: of an event's host, or of somebody whom the host has handed seats.
 *
 * @param pledge the entry that asked for seats
 * @param seats how many it asked for: all of them are given or none
 * @param because exactly when the outcome is {@code RELEASED}: the attendee's {@link PledgeWithdrawn} entry, or, in a
 *                quota's ledger, the host's own confirmation of the same pledge; else null
 * @param quota whose seats these are, by the {@link SeatsDelegated} entry; null in the host's own ledger
 */
public record SeatDecision(EventId event, EntryId pledge, SeatOutcome outcome, int seats, @Nullable EntryId because,
    @Nullable EntryId quota) implements MeetupMessage {
  public SeatDecision {
    Limits.within(seats, 1, 1 + Limits.GUESTS, "number of seats");
    if ((outcome == SeatOutcome.RELEASED) != (because != null)) {
      throw new IllegalArgumentException(
          "a decision cites a withdrawal exactly when it releases a seat; this one says " + outcome
              + ((because != null) ? " and cites one" : " and cites none"));
    }
    if (quota != null && outcome != SeatOutcome.CONFIRMED && outcome != SeatOutcome.RELEASED) {
      throw new IllegalArgumentException("of a quota seats are confirmed or released, not " + outcome);
    }
  }

  public static SeatDecision of(EventId event, EntryId pledge, SeatOutcome outcome) {
    return of(event, pledge, outcome, 1);
  }

  public static SeatDecision of(EventId event, EntryId pledge, SeatOutcome outcome, int seats) {
    return new SeatDecision(event, pledge, outcome, seats, null, null);
  }

  public static SeatDecision released(EventId event, EntryId pledge, EntryId withdrawal) {
    return released(event, pledge, 1, withdrawal);
  }

  public static SeatDecision released(EventId event, EntryId pledge, int seats, EntryId withdrawal) {
    return new SeatDecision(event, pledge, SeatOutcome.RELEASED, seats, withdrawal, null);
  }
}
