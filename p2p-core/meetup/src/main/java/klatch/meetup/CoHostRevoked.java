package klatch.meetup;

import klatch.log.DeviceId;

/**
 * The founder takes it back.
 *
 * @param lastSequence the last entry of that person's log on the topic that counts as a co-host's; what they made until
 *                     then stays
 */
public record CoHostRevoked(DeviceId person, long lastSequence) implements MeetupMessage {
  public CoHostRevoked {
    Limits.within(lastSequence, 0, Long.MAX_VALUE, "sequence");
  }
}
