package klatch.meetup;

import klatch.log.DeviceId;
import klatch.log.EntryId;

/**
 * What became of one attendee's wish for a seat.
 *
 * @param pledge the entry that asked for it
 * @param leaving whether the attendee has withdrawn and the organiser's ledger has not released the seat yet
 */
public record Seat(DeviceId attendee, EntryId pledge, long pledgedAtMillis, Status status, boolean leaving) {
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
