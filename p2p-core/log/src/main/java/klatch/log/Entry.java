package klatch.log;

import java.util.Arrays;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;

/** A signed header with the payload it names. An entry in hand is well formed, not yet verified: the store does that. */
public final class Entry {
  private final EntryHeader header;
  private final byte[] payload;

  Entry(EntryHeader header, byte[] payload) {
    this.header = header;
    this.payload = payload;
  }

  /**
   * @param header as received, 216 to 279 bytes
   * @param payload as received
   * @throws MalformedMessageException if the header is no header; the payload is compared with it when it is ingested
   */
  public static Entry decode(byte[] header, byte[] payload) throws MalformedMessageException {
    return new Entry(EntryHeader.decode(header), payload.clone());
  }

  public EntryHeader header() {
    return header;
  }

  public EntryId id() {
    return header.id();
  }

  public LogId log() {
    return header.log();
  }

  public DeviceId device() {
    return header.device();
  }

  public TopicId topic() {
    return header.topic();
  }

  /** Counts from 1 within the log. */
  public long sequence() {
    return header.sequence();
  }

  /** What the author's clock said, epoch milliseconds. */
  public long timestampMillis() {
    return header.timestampMillis();
  }

  /** The entry before this one in its log; none for the first. */
  public Optional<EntryId> backlink() {
    return header.backlink();
  }

  public String payloadType() {
    return header.payloadType();
  }

  /** A copy of the payload, at most 64 KiB. */
  public byte[] payload() {
    return payload.clone();
  }

  /** The payload itself, for readers in this package that do not change it. */
  byte[] rawPayload() {
    return payload;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry that && header.equals(that.header)
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return header.hashCode();
  }

  @Override
  public String toString() {
    return header.toString();
  }
}
