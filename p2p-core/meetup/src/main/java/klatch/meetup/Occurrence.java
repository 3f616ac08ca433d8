package klatch.meetup;

/**
 * Which one an event is of those that its host announced together; signed with the event, so it never changes. What the
 * series is like is the same in all of them.
 *
 * @param series the host's name for the series: {@link Limits#SERIES_ID_BYTES} random bytes
 * @param rule how it was made, as {@link Recurrence#text} writes it; for reading only, what counts are the events
 * @param number from 1, in the order of the rule
 * @param of how many there are, 2 to {@link Limits#SERIES_EVENTS}
 */
public record Occurrence(ByteString series, String rule, int number, int of) {
  public Occurrence {
    Limits.length(series, Limits.SERIES_ID_BYTES, "name of a series");
    Limits.line(rule, 1, Limits.RULE_CHARS, "rule");
    Limits.within(of, 2, Limits.SERIES_EVENTS, "number of events in a series");
    Limits.within(number, 1, of, "number of an event in its series");
  }

  /** Another one of the same. */
  Occurrence numbered(int other) {
    return new Occurrence(series, rule, other, of);
  }
}
