package klatch.meetup.checkin;

import java.util.Optional;

/** Why nobody was checked in; nothing was written. */
public enum CheckInRefusal {
  /** The bytes or the text are not what the protocol says. */
  MALFORMED("malformed"),
  /** The code is older than 15 seconds, or from the future. */
  STALE("stale"),
  /** The attendee's clock is more than 15 seconds off. */
  CLOCK("clock"),
  /** The code is for an event this door does not serve, or this node does not know. */
  FOREIGN_EVENT("foreign-event"),
  /** The code names a device that is no door of the event, or not this one. */
  FOREIGN_DOOR("foreign-door"),
  /** This door never showed the code. */
  UNKNOWN_CODE("unknown-code"),
  /** The same answer was given before. */
  REPLAYED("replayed"),
  /** Somebody tries to check themselves in. */
  SELF("self"),
  /** No pledge of this key has reached the door. */
  NO_RSVP("no-rsvp"),
  /** There is a pledge, but no confirmed seat. */
  NO_SEAT("no-seat"),
  /** Check-in is not open. */
  OUTSIDE_WINDOW("outside-window"),
  /** The event is called off. */
  CANCELLED("cancelled"),
  /** A signature is not its device's. */
  SIGNATURE("signature"),
  /** The code carries an old block: it may have been made long ahead. */
  BEACON("beacon"),
  /** The door did not answer; trying again is safe. */
  UNREACHABLE("unreachable");

  private final String code;

  CheckInRefusal(String code) {
    this.code = code;
  }

  /** As written on the wire. */
  public String code() {
    return code;
  }

  static Optional<CheckInRefusal> of(String code) {
    for (CheckInRefusal refusal : values()) {
      if (refusal.code.equals(code)) {
        return Optional.of(refusal);
      }
    }
    return Optional.empty();
  }
}
