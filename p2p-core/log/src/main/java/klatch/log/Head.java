package klatch.log;

import org.jspecify.annotations.Nullable;

/** The end of a log: what the next entry has to follow. */
record Head(long sequence, EntryId id, long timestampMillis) {
  static Head of(EntryHeader header) {
    return new Head(header.sequence(), header.id(), header.timestampMillis());
  }

  /** How many entries a log with this end has; null is a log without entries. */
  static long sequenceOf(@Nullable Head head) {
    return head == null ? 0 : head.sequence();
  }
}
