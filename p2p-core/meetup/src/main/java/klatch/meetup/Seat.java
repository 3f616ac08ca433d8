package klatch.meetup;

import klatch.log.DeviceId;
import klatch.log.EntryId;

/**
 * What became of one attendee's wish for a seat.
 *
 * @param pledge the entry that asked for it
 * @param guests who come along; each takes a seat as well
 * @param seenVersion of the event's details that the pledge was made for
 * @param leaving whether the attendee has withdrawn and the organiser's ledger has not released the seat yet
 */
public record Seat(DeviceId attendee, EntryId pledge, long pledgedAtMillis, int guests, int seenVersion, Status status,
    boolean leaving) {
  /** Of somebody who comes alone to the event as created. */
  public Seat(DeviceId attendee, EntryId pledge, long pledgedAtMillis, Status status, boolean leaving) {
    this(attendee, pledge, pledgedAtMillis, 0, EventVersion.FIRST, status, leaving);
  }

  /** The attendee's own and one for each guest. */
  public int seats() {
    return 1 + guests;
  }

  /** Where a pledge stands. */
  public enum Status {
    /** The organiser's ledger has not decided. */
    REQUESTED,
    /** The seat is theirs, until the ledger releases it. */
    CONFIRMED,
    /** Waiting for a seat to come free. */
    WAITLISTED,
    /** The ledger said no. */
    DECLINED,
    /** Withdrawn: nothing is held for them. */
    WITHDRAWN
  }
}
