package klatch.libp2p.gossipsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import klatch.libp2p.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * The last messages, for peers that ask (GossipSub 1.0, "Message Cache"): windows of one heartbeat each, the newest of them announced.
 * Belongs to its router's thread.
 */
final class MessageCache {
  /** Bytes of messages held; past it the oldest window goes before its time. */
  static final int MAX_BYTES = 64 * 1024 * 1024;

  private static final class Kept {
    final PubsubMessage message;
    final Map<PeerId, Integer> sent = new HashMap<>(4);

    Kept(PubsubMessage message) {
      this.message = message;
    }
  }

  private final int windows;
  private final int announced;
  private final Map<MessageId, Kept> messages = new HashMap<>();
  /** Newest first. */
  private final Deque<List<MessageId>> history = new ArrayDeque<>();
  private long bytes;

  MessageCache(int windows, int announced) {
    this.windows = windows;
    this.announced = announced;
    history.addFirst(new ArrayList<>());
  }

  void put(MessageId id, PubsubMessage message) {
    while (bytes + message.encodedBytes() > MAX_BYTES && history.size() > 1) {
      forgetOldest();
    }
    if (bytes + message.encodedBytes() <= MAX_BYTES && messages.putIfAbsent(id, new Kept(message)) == null) {
      history.getFirst().add(id);
      bytes += message.encodedBytes();
    }
  }

  /** The message, if it is there and {@code peer} has not had it {@code most} times already; counts this time. */
  @Nullable
  PubsubMessage take(MessageId id, PeerId peer, int most) {
    Kept kept = messages.get(id);
    if (kept == null || kept.sent.getOrDefault(peer, 0) >= most) {
      return null;
    }
    kept.sent.merge(peer, 1, Integer::sum);
    return kept.message;
  }

  /** The message, if it is there. */
  @Nullable
  PubsubMessage find(MessageId id) {
    Kept kept = messages.get(id);
    return kept == null ? null : kept.message;
  }

  /** What is announced of {@code topic}, newest first. */
  List<MessageId> announced(String topic) {
    List<MessageId> ids = new ArrayList<>();
    int window = 0;
    for (List<MessageId> inWindow : history) {
      if (window++ == announced) {
        break;
      }
      for (MessageId id : inWindow) {
        Kept kept = messages.get(id);
        if (kept != null && kept.message.topic().equals(topic)) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  /** Begins a new window. */
  void shift() {
    while (history.size() >= windows) {
      forgetOldest();
    }
    history.addFirst(new ArrayList<>());
  }

  private void forgetOldest() {
    for (MessageId id : history.removeLast()) {
      Kept kept = messages.remove(id);
      if (kept != null) {
        bytes -= kept.message.encodedBytes();
      }
    }
  }

  int size() {
    return messages.size();
  }
}
