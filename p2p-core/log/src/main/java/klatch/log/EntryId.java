package klatch.log;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.HexFormat;

/** One entry: SHA-256 of its whole header, signature included (docs/spec/entry.md). */
public final class EntryId implements Comparable<EntryId> {
  private final byte[] bytes;

  /** @param bytes exactly 32 bytes */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public EntryId(byte[] bytes) {
    this.bytes = Hash.checked(bytes, "entry id");
  }

  /** @param hex 64 hex digits */
  public static EntryId parse(String hex) {
    return new EntryId(Hash.parse(hex, "entry id"));
  }

  /** A copy of the 32 bytes. */
  @JsonValue
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public int compareTo(EntryId that) {
    return Arrays.compareUnsigned(bytes, that.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryId that && Arrays.equals(bytes, that.bytes);
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
