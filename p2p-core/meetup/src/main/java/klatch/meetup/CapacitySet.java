package klatch.meetup;

/** The event's host has more seats to give, or fewer; a line of the seat ledger. */
public record CapacitySet(EventId event, int capacity) implements MeetupMessage {
  public CapacitySet {
    Limits.within(capacity, 1, Limits.CAPACITY, "capacity");
  }
}
