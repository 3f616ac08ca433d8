package klatch.libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import klatch.libp2p.PeerId;
import org.jspecify.annotations.Nullable;

/** Which messages have been seen of late, what became of them, and who has them. Belongs to its router's thread. */
final class SeenCache {
  /** Messages remembered; past it the oldest is forgotten before its time. */
  static final int MAX_MESSAGES = 200_000;

  enum State {
    AUTHENTICATING, VALIDATING, VALID, INVALID, IGNORED
  }

  /** One message that has been seen. */
  static final class Entry {
    /** Copies with other bytes that are held until the first one's signature is known. */
    static final int MAX_RIVALS = 4;

    final MessageId id;
    final long firstSeenMillis;
    final @Nullable PeerId source;
    State state = State.AUTHENTICATING;
    long validatedMillis;
    /** The message, until it has been passed on. */
    @Nullable
    PubsubMessage message;
    /** Peers that have sent it, besides the source, while that matters. */
    private List<PeerId> holders = List.of();
    private List<Rival> rivals = List.of();

    Entry(MessageId id, long firstSeenMillis, @Nullable PeerId source, PubsubMessage message) {
      this.id = id;
      this.firstSeenMillis = firstSeenMillis;
      this.source = source;
      this.message = message;
    }

    void heldBy(PeerId peer) {
      if (holders.isEmpty()) {
        holders = new ArrayList<>(4);
      }
      if (!holders.contains(peer)) {
        holders.add(peer);
      }
    }

    boolean isHeldBy(PeerId peer) {
      return (source != null && source.equals(peer)) || holders.contains(peer);
    }

    List<PeerId> holders() {
      return holders;
    }

    void rival(PeerId peer, PubsubMessage copy) {
      if (rivals.isEmpty()) {
        rivals = new ArrayList<>(1);
      }
      if (rivals.size() < MAX_RIVALS) {
        rivals.add(new Rival(peer, copy));
      }
    }

    List<Rival> rivals() {
      return rivals;
    }

    void forgetRivals() {
      rivals = List.of();
    }

    /** The message has been passed on to all; from now on only that it was seen matters. */
    void settle() {
      message = null;
      holders = List.of();
      rivals = List.of();
    }
  }

  /** A message under an id that another message was seen under first; one of the two is forged. */
  record Rival(PeerId peer, PubsubMessage message) {
  }

  private final long ttlMillis;
  /** In the order they were first seen. */
  private final Map<MessageId, Entry> entries = new LinkedHashMap<>();

  SeenCache(long ttlMillis) {
    this.ttlMillis = ttlMillis;
  }

  @Nullable
  Entry find(MessageId id) {
    return entries.get(id);
  }

  boolean contains(MessageId id) {
    return entries.containsKey(id);
  }

  Entry add(MessageId id, long nowMillis, @Nullable PeerId source, PubsubMessage message) {
    Entry entry = new Entry(id, nowMillis, source, message);
    entries.put(id, entry);
    if (entries.size() > MAX_MESSAGES) {
      Iterator<Entry> oldest = entries.values().iterator();
      oldest.next();
      oldest.remove();
    }
    return entry;
  }

  void remove(MessageId id) {
    entries.remove(id);
  }

  void expire(long nowMillis) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (oldest.hasNext() && nowMillis - oldest.next().firstSeenMillis > ttlMillis) {
      oldest.remove();
    }
  }

  int size() {
    return entries.size();
  }
}
