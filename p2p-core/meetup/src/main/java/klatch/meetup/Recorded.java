package klatch.meetup;

import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.TopicId;

/** A decoded message with its place in its author's log. */
record Recorded<M extends MeetupMessage>(EntryId id, TopicId topic, DeviceId author, long sequence,
    long timestampMillis, M message) {
  static <M extends MeetupMessage> Recorded<M> of(Entry entry, M message) {
    return new Recorded<>(entry.id(), entry.topic(), entry.device(), entry.sequence(), entry.timestampMillis(),
        message);
  }

  /** The same entry with its message as the type it has. */
  <N extends MeetupMessage> Recorded<N> with(N sameMessage) {
    return new Recorded<>(id, topic, author, sequence, timestampMillis, sameMessage);
  }

  Anomaly anomaly(Anomaly.Reason reason, String explanation) {
    return new Anomaly(topic, author, sequence, id, reason, explanation);
  }
}
