package klatch.log;

import java.util.List;

/** What an author says in one entry, before it has a place in the log. The payload is not copied. */
final class EntryContent {
  private final String payloadType;
  private final byte[] payload;
  private final int flags;
  private final long timestampMillis;

  EntryContent(String payloadType, byte[] payload, int flags, long timestampMillis) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.flags = flags;
    this.timestampMillis = timestampMillis;
  }

  /** @throws IllegalArgumentException if these are none, or too many, for one transaction */
  static void checkAll(List<LogStore.Content> contents) {
    if (contents.isEmpty() || contents.size() > LogStore.MOST_TOGETHER) {
      throw new IllegalArgumentException(
          "1 to " + LogStore.MOST_TOGETHER + " entries are written together, not " + contents.size());
    }
  }

  String payloadType() {
    return payloadType;
  }

  byte[] payload() {
    return payload;
  }

  int flags() {
    return flags;
  }

  long timestampMillis() {
    return timestampMillis;
  }

  EntryContent notBefore(long earliestMillis) {
    return new EntryContent(payloadType, payload, flags, Math.max(timestampMillis, earliestMillis));
  }
}
