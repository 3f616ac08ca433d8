package klatch.meetup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a person wants to be seen, in this group or, on their own topic, by everybody; their newest one counts.
 *
 * @param tags what they like or do, at most {@link Limits#TAGS}, none twice
 * @param picture the {@link Picture#name} of a picture on the same topic; null for none
 */
public record MemberProfile(String nickname, List<String> tags, @Nullable ByteString picture)
    implements
      MeetupMessage {
  public MemberProfile {
    Limits.line(nickname, 1, Limits.NICKNAME_CHARS, "nickname");
    tags = Limits.tags(tags);
    if (picture != null) {
      Limits.length(picture, Limits.HASH_BYTES, "name of the picture");
    }
  }

  /** A name alone. */
  public MemberProfile(String nickname) {
    this(nickname, List.of(), null);
  }
}
