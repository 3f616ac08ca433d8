package klatch.meetup;

/** Who may have a group's entries; said at its founding, for good. */
public enum Access {
  /** Whoever knows the group's topic. */
  PUBLIC,
  /** Those whom a host has let in. */
  INVITED
}
