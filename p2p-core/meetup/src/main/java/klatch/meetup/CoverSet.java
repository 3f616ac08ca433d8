package klatch.meetup;

import org.jspecify.annotations.Nullable;

/**
 * The event's host says with which picture the event is shown; the newest counts.
 *
 * @param picture the {@link Picture#name} of a picture on the group's topic; null for none
 */
public record CoverSet(EventId event, @Nullable ByteString picture) implements MeetupMessage {
  public CoverSet {
    if (picture != null) {
      Limits.length(picture, Limits.HASH_BYTES, "name of the picture");
    }
  }
}
