package klatch.log;

import java.util.Optional;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import klatch.log.Rejection.Reason;
import org.jspecify.annotations.Nullable;

/** What makes an entry good (docs/spec/entry.md), as pure functions. Cheap rules come first, the signature last. */
public final class EntryRules {
  /** Clocks of honest devices are closer than this; a timestamp further in the future is refused. */
  public static final long MAX_AHEAD_MILLIS = 10 * 60 * 1000L;
  /** 2024-01-01T00:00:00Z: no device wrote anything before. */
  public static final long MIN_TIMESTAMP_MILLIS = 1_704_067_200_000L;

  private EntryRules() {}

  /** The rules that need neither the log nor the signature. */
  static Optional<Rejection> checkAlone(Entry entry, long nowMillis) {
    EntryHeader header = entry.header();
    if (entry.rawPayload().length != header.payloadLength()) {
      return rejected(Reason.SIZE, "the header says " + header.payloadLength() + " bytes of payload, there are "
          + entry.rawPayload().length);
    }
    if (!header.isPayload(entry.rawPayload())) {
      return rejected(Reason.PAYLOAD, "the payload of " + header.id() + " does not have the hash in its header");
    }
    return checkTime(header.timestampMillis(), nowMillis);
  }

  static Optional<Rejection> checkTime(long timestampMillis, long nowMillis) {
    if (timestampMillis < MIN_TIMESTAMP_MILLIS) {
      return rejected(Reason.TIME,
          "timestamp " + timestampMillis + " is before the earliest allowed " + MIN_TIMESTAMP_MILLIS);
    }
    if (timestampMillis > nowMillis + MAX_AHEAD_MILLIS) {
      return rejected(Reason.TIME, "timestamp " + timestampMillis + " is " + (timestampMillis - nowMillis)
          + " ms ahead of this clock, at most " + MAX_AHEAD_MILLIS + " are allowed");
    }
    return Optional.empty();
  }

  /** The rules about the place in the log. {@code previous} is the end of what is held, null if there is nothing. */
  static Optional<Rejection> checkPlace(EntryHeader header, @Nullable Head previous) {
    long expected = Head.sequenceOf(previous) + 1;
    if (header.sequence() != expected) {
      return rejected(Reason.SEQUENCE, "sequence " + header.sequence() + " where " + expected + " comes next");
    }
    if (previous == null) {
      return Optional.empty();
    }
    if (!header.backlink().equals(Optional.of(previous.id()))) {
      return rejected(Reason.BACKLINK, "entry " + header.sequence() + " links back to "
          + header.backlink().map(EntryId::toString).orElse("nothing") + ", the entry before it is " + previous.id());
    }
    if (header.timestampMillis() < previous.timestampMillis()) {
      return rejected(Reason.TIME, "timestamp " + header.timestampMillis() + " is before " + previous.timestampMillis()
          + " of the entry before it");
    }
    return Optional.empty();
  }

  static Optional<Rejection> checkSignature(EntryHeader header) {
    if (Ed25519.verify(header.device().bytes(), header.signedMessage(), header.signature())) {
      return Optional.empty();
    }
    return rejected(Reason.SIGNATURE, "the signature of " + header.id() + " is not one by " + header.device());
  }

  static Rejection frozen(ForkProof fork) {
    return new Rejection(Reason.FROZEN,
        "the log of " + fork.log() + " is forked and ends before sequence " + fork.sequence());
  }

  /**
   * The next entry of a device's own log.
   *
   * @param previous the last entry held, null if there is none
   */
  static Entry next(Ed25519Key key, TopicId topic, @Nullable Head previous, @Nullable ForkProof fork,
      EntryContent content, long nowMillis) {
    if (fork != null) {
      throw new StoreException("cannot write: " + frozen(fork).message(), false);
    }
    checkTime(content.timestampMillis(), nowMillis).ifPresent(wrong -> {
      throw new IllegalArgumentException(wrong.message());
    });
    if (content.payload().length > EntryHeader.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("a payload has at most " + EntryHeader.MAX_PAYLOAD_BYTES + " bytes, not "
          + content.payload().length);
    }
    if (previous == null) {
      return new Entry(EntryHeader.sign(key, topic, 1, Optional.empty(), content), content.payload());
    }
    EntryContent later = content.notBefore(previous.timestampMillis());
    return new Entry(EntryHeader.sign(key, topic, previous.sequence() + 1, Optional.of(previous.id()), later),
        later.payload());
  }

  private static Optional<Rejection> rejected(Reason reason, String message) {
    return Optional.of(new Rejection(reason, message));
  }
}
