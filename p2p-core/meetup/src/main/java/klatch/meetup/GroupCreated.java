package klatch.meetup;

import java.nio.charset.StandardCharsets;
import java.util.List;
import klatch.log.DeviceId;
import klatch.log.TopicId;

/**
 * The founding of a group: the first entry of the founder's log on the group's topic. The topic is the hash of the
 * founder's key and the nonce, so nobody else can found the same group.
 *
 * @param tags what it is about, at most {@link Limits#TAGS}, none twice
 * @param access who may have what is said in it
 * @param nonce 16 random bytes
 */
public record GroupCreated(String name, String description, List<String> tags, Access access, ByteString nonce)
    implements
      MeetupMessage {
  private static final byte[] DOMAIN = "klatch-group".getBytes(StandardCharsets.US_ASCII);

  public GroupCreated {
    Limits.line(name, 1, Limits.TITLE_CHARS, "group name");
    Limits.text(description, Limits.DESCRIPTION_CHARS, "group description");
    tags = Limits.tags(tags);
    Limits.length(nonce, Limits.GROUP_NONCE_BYTES, "group nonce");
  }

  /** A public group without tags. */
  public GroupCreated(String name, String description, ByteString nonce) {
    this(name, description, List.of(), Access.PUBLIC, nonce);
  }

  /** SHA-256("klatch-group" ‖ founder's key ‖ nonce). */
  public static TopicId topic(DeviceId founder, ByteString nonce) {
    return new TopicId(Sha256.of(DOMAIN, founder.bytes(), nonce.bytes()));
  }
}
