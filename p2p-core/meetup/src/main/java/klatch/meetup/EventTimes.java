package klatch.meetup;

/**
 * When an event is and when its doors are open: absolute times in milliseconds since 1970, and the zone the place
 * keeps.
 *
 * @param zone IANA name, for example {@code Europe/Berlin}
 * @param checkInOpensAtMillis the first moment an encounter counts
 * @param checkInClosesAtMillis the first moment it no longer counts
 */
public record EventTimes(String zone, long startsAtMillis, long endsAtMillis, long checkInOpensAtMillis,
    long checkInClosesAtMillis) {
  public EventTimes {
    Limits.zone(zone);
    Limits.time(startsAtMillis, "start");
    Limits.time(endsAtMillis, "end");
    Limits.within(endsAtMillis - startsAtMillis, 1, Limits.EVENT_MILLIS, "duration in milliseconds");
    Limits.within(checkInOpensAtMillis, startsAtMillis - Limits.DOOR_SLACK_MILLIS, endsAtMillis,
        "check-in's opening (milliseconds since 1970)");
    Limits.within(checkInClosesAtMillis, checkInOpensAtMillis + 1, endsAtMillis + Limits.DOOR_SLACK_MILLIS,
        "check-in's closing (milliseconds since 1970)");
  }

  /** @return whether an encounter may be signed at {@code millis} */
  public boolean checkInOpenAt(long millis) {
    return checkInOpensAtMillis <= millis && millis < checkInClosesAtMillis;
  }
}
