package klatch.meetup;

import klatch.log.DeviceId;

/**
 * A door says by itself that somebody is there: the phone is flat, or lies at home. No key of theirs had any part in it, so
 * it is the word of that door alone, and everybody can see that it is. It counts by the rule <em>door</em> only.
 */
public record CheckedInByHand(EventId event, DeviceId person, String reason) implements MeetupMessage {
  public CheckedInByHand {
    Limits.text(reason, Limits.REASON_CHARS, "reason");
  }
}
