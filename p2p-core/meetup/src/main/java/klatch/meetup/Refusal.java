package klatch.meetup;

import java.util.Locale;

/** Why this node does not do what its person asked for. */
public enum Refusal {
  /** No such group is known here; it may still be on its way. */
  UNKNOWN_GROUP,
  /** No such event is known here; it may still be on its way. */
  UNKNOWN_EVENT,
  /** Only the group's founder, or a host, may do this. */
  NOT_THE_ORGANISER,
  /** This device is no door of the event. */
  NOT_A_DOOR,
  /** The event has been called off. */
  CANCELLED,
  /** The time for it has passed. */
  TOO_LATE,
  /** A co-host already, or none. */
  ROLE,
  /** The event's times are part of its terms. */
  TERMS_FIXED,
  /** More seats are taken than there would be. */
  SEATS_TAKEN,
  /** More guests than the event allows for one pledge. */
  TOO_MANY_GUESTS,
  /** Not one answer for each question. */
  UNANSWERED,
  /** There is a pledge already. */
  ALREADY_PLEDGED,
  /** There is no pledge to withdraw. */
  NOT_PLEDGED,
  /** By the event's rule a door's word alone counts for nothing. */
  NOT_BY_HAND,
  /** There is no check-in to undo. */
  NOT_CHECKED_IN,
  /** The time zone is not in this machine's database. */
  UNKNOWN_ZONE;

  /** As told to others, such as {@code too-late}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
