package klatch.log;

import com.fasterxml.jackson.annotation.JsonCreator;

/** What a log is about: a group, a person's feed, or something of an app's own. Thirty-two bytes, unguessable. */
public final class TopicId extends Bytes32<TopicId> {
  /** @param bytes exactly 32 bytes */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TopicId(byte[] bytes) {
    super(bytes, "topic id");
  }

  /** @param hex 64 hex digits */
  public static TopicId parse(String hex) {
    return new TopicId(fromHex(hex, "topic id"));
  }
}
