package klatch.meetup;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.Collections;
import klatch.log.DeviceId;

/**
 * Events that a host announced together, as far as they are known here.
 *
 * @param rule how it was made, for reading
 * @param of how many there are, whether they have arrived or not
 * @param events by their number; those called off too
 */
public record Series(DeviceId host, String rule, int of, SortedMap<Integer, EventId> events) {
  public Series {
    events = Collections.unmodifiableSortedMap(new TreeMap<>(events));
  }

  /** That event and all after it, in their order; empty if it is not of this series. */
  public List<EventId> from(EventId first) {
    return events.values().stream().dropWhile(event -> !event.equals(first)).toList();
  }

  /**
   * The event's number, from 1.
   *
   * @throws IllegalArgumentException if it is not of this series
   */
  public int number(EventId event) {
    return events.entrySet().stream().filter(one -> one.getValue().equals(event)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("event " + event + " is not of this series")).getKey();
  }
}
