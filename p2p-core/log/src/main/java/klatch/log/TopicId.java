package klatch.log;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.HexFormat;

/** What a log is about: a group, a person's feed, or something of an app's own. Thirty-two bytes, unguessable. */
public final class TopicId implements Comparable<TopicId> {
  private final byte[] bytes;

  /** @param bytes exactly 32 bytes */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TopicId(byte[] bytes) {
    this.bytes = Hash.checked(bytes, "topic id");
  }

  /** @param hex 64 hex digits */
  public static TopicId parse(String hex) {
    return new TopicId(Hash.parse(hex, "topic id"));
  }

  /** A copy of the 32 bytes. */
  @JsonValue
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public int compareTo(TopicId that) {
    return Arrays.compareUnsigned(bytes, that.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TopicId that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
