package klatch.meetup;

import java.util.HashSet;
import java.util.List;
import klatch.log.DeviceId;
import org.jspecify.annotations.Nullable;

/**
 * An event as its host signed it; the entry's id is the event's id. Doors, rule, terms and the place in a series never change; the details are
 * version 1 and may be edited ({@link EventEdited}), the capacity too ({@link CapacitySet}).
 *
 * @param capacity seats, 1 to {@link Limits#CAPACITY}
 * @param doors device keys that may check people in besides the host's own, at most {@link Limits#DOORS}
 * @param terms bytes of another module, signed with the event; empty when there are none
 * @param occurrence where it belongs among events announced together; null for one that was announced alone
 */
public record EventCreated(EventDetails details, int capacity, List<DeviceId> doors, PresenceRule rule,
    ByteString terms, @Nullable Occurrence occurrence) implements MeetupMessage {
  public EventCreated {
    Limits.within(capacity, 1, Limits.CAPACITY, "capacity");
    doors = List.copyOf(doors);
    Limits.within(doors.size(), 0, Limits.DOORS, "number of door devices");
    if (new HashSet<>(doors).size() != doors.size()) {
      throw new IllegalArgumentException("a door device is named twice");
    }
    Limits.within(terms.length(), 0, Limits.TERMS_BYTES, "size of the terms in bytes");
  }

  /** An event that was announced alone. */
  public EventCreated(EventDetails details, int capacity, List<DeviceId> doors, PresenceRule rule, ByteString terms) {
    this(details, capacity, doors, rule, terms, null);
  }

  /** An event without cut-off, guests and questions. */
  public EventCreated(String title, String description, String place, EventTimes times, int capacity,
      List<DeviceId> doors, PresenceRule rule, ByteString terms) {
    this(new EventDetails(title, description, place, times), capacity, doors, rule, terms);
  }

  /** The same as one of a series. */
  EventCreated as(Occurrence one) {
    return new EventCreated(details, capacity, doors, rule, terms, one);
  }

  public EventTimes times() {
    return details.times();
  }
}
