package klatch.meetup;

import java.util.Optional;
import klatch.log.DeviceId;

/**
 * One line of an event's guest list.
 *
 * @param profile how they want to be seen in the group, if they have said
 * @param present whether an encounter proves that they were there
 */
public record Attendee(DeviceId device, Optional<MemberProfile> profile, Seat seat, boolean present) {
  /** What they call themselves. */
  public Optional<String> nickname() {
    return profile.map(MemberProfile::nickname);
  }
}
