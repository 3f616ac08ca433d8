package klatch.meetup;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import klatch.log.EntryId;

/** Names an event: the id of the entry that created it. */
public record EventId(@JsonValue EntryId entry) implements Comparable<EventId> {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public EventId {
  }

  /** @param hex 64 hex digits */
  public static EventId parse(String hex) {
    return new EventId(EntryId.parse(hex));
  }

  /** @param bytes 32 bytes */
  public static EventId of(byte[] bytes) {
    return new EventId(new EntryId(bytes));
  }

  /** A copy, 32 bytes. */
  public byte[] bytes() {
    return entry.bytes();
  }

  @Override
  public int compareTo(EventId other) {
    return entry.compareTo(other.entry);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return entry.toString();
  }
}
