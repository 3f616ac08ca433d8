package klatch.meetup;

import klatch.log.EntryId;

/** The holder of a quota gives seats of it back that nobody has. */
public record SeatsReturned(EventId event, EntryId quota, int seats) implements MeetupMessage {
  public SeatsReturned {
    Limits.within(seats, 1, Limits.CAPACITY, "number of seats");
  }
}
