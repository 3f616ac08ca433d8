package klatch.commitments;

/** Why a deposit goes back. */
public enum ReleaseReason {
  /** Its owner came. */
  CHECKED_IN,
  /** Its owner gave the seat back before the lock window closed. */
  WITHDRAWN,
  /** The organiser called the event off. */
  EVENT_CANCELLED,
  /** The payment came after the lock window, or for a seat that was gone. */
  LATE,
  /** Fewer people came than the terms ask for, so nobody loses anything. */
  TOO_FEW_PRESENT,
  /** The organiser took a check-in back; that loses nobody a deposit. */
  CHECK_IN_UNDONE,
  /** The HTLC was about to expire and nothing had been decided. */
  GUARDIAN,
  /** The node gave it back by itself, or it timed out. */
  LOST;

  /** Whether somebody released for this reason had locked a deposit for the event, and so can win or lose. */
  public boolean countsAsLocked() {
    return switch (this) {
      case CHECKED_IN, TOO_FEW_PRESENT, CHECK_IN_UNDONE, GUARDIAN, LOST -> true;
      case WITHDRAWN, EVENT_CANCELLED, LATE -> false;
    };
  }
}
