package klatch.meetup;

/** What the organiser's ledger says to one pledge. Its log's order of these is the order of the seats. */
public enum SeatOutcome {
  /** A seat is taken. */
  CONFIRMED,
  /** No seat is free; first come, first served once one is. */
  WAITLISTED,
  /** No seat, and none later. */
  DECLINED,
  /** A confirmed seat is free again after its owner withdrew. */
  RELEASED
}
