package klatch.meetup;

import java.util.HashSet;
import java.util.List;
import klatch.log.DeviceId;

/**
 * An event as its organiser signed it; the entry's id is the event's id. Nothing in it changes later.
 *
 * @param place where it is, in words
 * @param capacity seats, 1 to {@link Limits#CAPACITY}
 * @param doors device keys that may check people in besides the organiser's own, at most {@link Limits#DOORS}
 * @param terms bytes of another module, signed with the event; empty when there are none
 */
public record EventCreated(String title, String description, String place, EventTimes times, int capacity,
    List<DeviceId> doors, PresenceRule rule, ByteString terms) implements MeetupMessage {
  public EventCreated {
    Limits.line(title, 1, Limits.TITLE_CHARS, "event title");
    Limits.text(description, Limits.DESCRIPTION_CHARS, "event description");
    Limits.line(place, 0, Limits.PLACE_CHARS, "place");
    Limits.within(capacity, 1, Limits.CAPACITY, "capacity");
    doors = List.copyOf(doors);
    Limits.within(doors.size(), 0, Limits.DOORS, "number of door devices");
    if (new HashSet<>(doors).size() != doors.size()) {
      throw new IllegalArgumentException("a door device is named twice");
    }
    Limits.within(terms.length(), 0, Limits.TERMS_BYTES, "size of the terms in bytes");
  }
}
