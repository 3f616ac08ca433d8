package klatch.log;

import java.util.Optional;
import klatch.libp2p.MalformedMessageException;

/**
 * The next entry of a log whose key is elsewhere, as in a browser that has no node: its owner signs {@link #signedMessage},
 * and then it is an entry like any other. Two drafts of the same place in a log must never both be signed and published:
 * that would be a fork.
 */
public final class EntryDraft {
  private static final byte[] UNSIGNED = new byte[EntryHeader.SIGNATURE_BYTES];

  private final EntryHeader header;
  private final EntryContent content;

  private EntryDraft(EntryHeader header, EntryContent content) {
    this.header = header;
    this.content = content;
  }

  /**
   * What would follow the log's last entry that is here.
   *
   * @param payloadType 1 to 64 of a-z 0-9 . - _ /
   * @param payload at most {@link EntryHeader#MAX_PAYLOAD_BYTES}
   * @throws IllegalArgumentException if it is out of bounds
   */
  public static EntryDraft next(LogStore store, LogId log, String payloadType, byte[] payload, long timestampMillis) {
    Optional<Entry> last = Optional.ofNullable(store.heights(log.topic()).get(log.device()))
        .flatMap(height -> store.entry(height.head()));
    EntryContent content = new EntryContent(payloadType, payload.clone(), 0, timestampMillis)
        .notBefore(last.map(Entry::timestampMillis).orElse(timestampMillis));
    try {
      return new EntryDraft(EntryHeader.assemble(log, last.map(Entry::sequence).orElse(0L) + 1, last.map(Entry::id),
          content, UNSIGNED), content);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException("no entry can be drafted: " + e.getMessage(), e);
    }
  }

  public LogId log() {
    return header.log();
  }

  /** Counts from 1 within the log. */
  public long sequence() {
    return header.sequence();
  }

  /** The bytes to sign by Ed25519 (docs/spec/entry.md). */
  public byte[] signedMessage() {
    return header.signedMessage();
  }

  /**
   * The entry; the store verifies it.
   *
   * @throws MalformedMessageException if the signature has not 64 bytes
   */
  public Entry signed(byte[] signature) throws MalformedMessageException {
    if (signature.length != EntryHeader.SIGNATURE_BYTES) {
      throw new MalformedMessageException(
          "a signature has " + EntryHeader.SIGNATURE_BYTES + " bytes, not " + signature.length);
    }
    return new Entry(
        EntryHeader.assemble(header.log(), header.sequence(), header.backlink(), content, signature),
        content.payload());
  }
}
