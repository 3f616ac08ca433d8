package klatch.meetup;

import java.time.InstantSource;
import java.util.List;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.LogStore;
import klatch.log.TopicId;

/** Writes this device's own entries. */
record Pen(LogStore store, Ed25519Key key, InstantSource clock) {
  Entry append(TopicId topic, MeetupMessage message) {
    return store.append(key, topic, MessageCodec.type(message), MessageCodec.encode(message), clock.millis());
  }

  /** All of them or none, whatever happens in between. */
  List<Entry> appendAll(TopicId topic, List<? extends MeetupMessage> messages) {
    return store.appendAll(key, topic, messages.stream()
        .map(message -> new LogStore.Content(MessageCodec.type(message), MessageCodec.encode(message))).toList(),
        clock.millis());
  }

  DeviceId self() {
    return DeviceId.of(key);
  }
}
