package klatch.meetup;

import java.util.HashSet;
import java.util.List;
import klatch.log.DeviceId;

/**
 * The event's host names more devices that may check people in. A door once named stays one: deposits may hang on what
 * it has signed.
 *
 * @param doors 1 to {@link Limits#DOORS}
 */
public record DoorsAdded(EventId event, List<DeviceId> doors) implements MeetupMessage {
  public DoorsAdded {
    doors = List.copyOf(doors);
    Limits.within(doors.size(), 1, Limits.DOORS, "number of door devices");
    if (new HashSet<>(doors).size() != doors.size()) {
      throw new IllegalArgumentException("a door device is named twice");
    }
  }
}
