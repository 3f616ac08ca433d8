package klatch.meetup;

import klatch.log.DeviceId;

/**
 * The founder lets a person speak for the group's events.
 *
 * @param afterSequence entries of that person's log on the topic count as a co-host's from the next one on
 */
public record CoHostGranted(DeviceId person, long afterSequence) implements MeetupMessage {
  public CoHostGranted {
    Limits.within(afterSequence, 0, Long.MAX_VALUE, "sequence");
  }
}
