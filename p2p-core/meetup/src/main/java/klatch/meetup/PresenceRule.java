package klatch.meetup;

/** Who counts as present; part of what the organiser signs with the event. */
public enum PresenceRule {
  /** One encounter, signed by both, with the organiser's device or a door device named in the event. */
  DOOR,
  /** Several encounters with people who have a seat, one of them with a door or with somebody whom a door has met. */
  PEERS
}
