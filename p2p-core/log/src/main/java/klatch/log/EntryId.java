package klatch.log;

import com.fasterxml.jackson.annotation.JsonCreator;

/** One entry: SHA-256 of its whole header, signature included (docs/spec/entry.md). */
public final class EntryId extends Bytes32<EntryId> {
  /** @param bytes exactly 32 bytes */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public EntryId(byte[] bytes) {
    super(bytes, "entry id");
  }

  /** @param hex 64 hex digits */
  public static EntryId parse(String hex) {
    return new EntryId(fromHex(hex, "entry id"));
  }
}
