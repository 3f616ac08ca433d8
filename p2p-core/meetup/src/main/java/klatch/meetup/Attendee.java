package klatch.meetup;

import java.util.Optional;
import klatch.log.DeviceId;

/**
 * One line of an event's guest list.
 *
 * @param nickname what they call themselves in the group, if they have said
 * @param present whether an encounter proves that they were there
 */
public record Attendee(DeviceId device, Optional<String> nickname, Seat seat, boolean present) {
}
