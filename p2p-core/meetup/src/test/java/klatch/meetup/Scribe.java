package klatch.meetup;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.InMemoryLogStore;
import klatch.log.TopicId;

/** A device that writes into its own logs whatever a test wants, honest or not. */
public final class Scribe {
  /** The test's day: 2030-03-17T17:46:40Z. */
  public static final long T0 = 1_900_000_000_000L;
  public static final long MINUTE = 60_000;
  public static final long HOUR = 60 * MINUTE;

  public final Ed25519Key key;
  public final DeviceId device;
  public final List<Entry> entries = new ArrayList<>();
  private final InMemoryLogStore store = new InMemoryLogStore(
      InstantSource.fixed(Instant.ofEpochMilli(T0 + 1000 * HOUR)));

  /** @param seed tells devices apart; the same seed is the same device */
  public Scribe(int seed) {
    key = key(seed);
    device = DeviceId.of(key);
  }

  public static Ed25519Key key(int seed) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) seed);
    return Ed25519Key.fromSeed(bytes);
  }

  public Entry write(TopicId topic, MeetupMessage message) {
    return write(topic, T0, message);
  }

  public Entry write(TopicId topic, long timestampMillis, MeetupMessage message) {
    return write(topic, MessageCodec.type(message), MessageCodec.encode(message), timestampMillis);
  }

  public Entry write(TopicId topic, String type, byte[] payload, long timestampMillis) {
    Entry entry = store.append(key, topic, type, payload, timestampMillis);
    entries.add(entry);
    return entry;
  }

  public TopicId found(int nonce) {
    GroupCreated message = group(nonce);
    TopicId topic = GroupCreated.topic(device, message.nonce());
    write(topic, message);
    return topic;
  }

  public static GroupCreated group(int nonce) {
    byte[] bytes = new byte[Limits.GROUP_NONCE_BYTES];
    Arrays.fill(bytes, (byte) nonce);
    return new GroupCreated("Chess in the park", "Every week.", ByteString.of(bytes));
  }

  public EventId announce(TopicId topic, int capacity, DeviceId... doors) {
    return new EventId(write(topic, event(capacity, doors)).id());
  }

  /** From T0 + 1 h to T0 + 3 h; check-in from half an hour before the start until the end. */
  public static EventCreated event(int capacity, DeviceId... doors) {
    return event(PresenceRule.DOOR, capacity, doors);
  }

  /** The same by another rule. */
  public static EventCreated event(PresenceRule rule, int capacity, DeviceId... doors) {
    return new EventCreated("Spring games", "Bring a board.", "By the pond",
        new EventTimes("Europe/Berlin", T0 + HOUR, T0 + 3 * HOUR, T0 + 30 * MINUTE, T0 + 3 * HOUR), capacity,
        List.of(doors), rule, ByteString.EMPTY);
  }

  /** An encounter of this device, which showed the code, with another one. */
  public SignedEncounter meet(EventId event, Scribe other, long millis) {
    return meet(event, other, millis, 1);
  }

  public SignedEncounter meet(EventId event, Scribe other, long millis, int nonce) {
    byte[] bytes = new byte[Encounter.NONCE_BYTES];
    Arrays.fill(bytes, (byte) nonce);
    Encounter encounter = new Encounter(event, device, other.device, ByteString.of(bytes), ByteString.of(bytes),
        Encounter.epochAt(millis), ByteString.zeros(Encounter.BEACON_BYTES));
    byte[] signed = encounter.signedBytes();
    return new SignedEncounter(encounter, ByteString.of(key.sign(signed)), ByteString.of(other.key.sign(signed)));
  }
}
