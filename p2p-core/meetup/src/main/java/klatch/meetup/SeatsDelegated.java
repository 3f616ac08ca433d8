package klatch.meetup;

import klatch.log.DeviceId;

/** The event's host hands a number of its free seats to somebody else's ledger; the entry's id is the quota's. */
public record SeatsDelegated(EventId event, DeviceId to, int seats) implements MeetupMessage {
  public SeatsDelegated {
    Limits.within(seats, 1, Limits.CAPACITY, "number of seats");
  }
}
