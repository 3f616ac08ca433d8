package klatch.libp2p.gossipsub;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import klatch.libp2p.PeerId;

/** What a router knows of one connected peer, besides its score. Belongs to its router's thread. */
final class PeerState {
  /** Topics remembered of a peer; a subscription past it is not taken note of. */
  static final int MAX_TOPICS = 1_024;
  /** The same in characters of their names. */
  static final int MAX_TOPIC_CHARACTERS = 64 * 1024;

  final PeerId id;
  final PubsubVersion version;
  /** We have dialled it, so that it did not choose us. */
  final boolean outbound;
  /** Agreed upon by the people who run both (GossipSub 1.1, "Explicit Peering Agreements"). */
  final boolean direct;
  private final Set<String> topics = new LinkedHashSet<>();
  private int topicCharacters;
  private final Map<MessageId, Long> unwanted = new LinkedHashMap<>();

  /** Counts since the last heartbeat. */
  int iHaves;
  int idsAskedOfIt;
  int idsItAsked;
  int iDontWants;

  PeerState(PeerId id, PubsubVersion version, boolean outbound, boolean direct) {
    this.id = id;
    this.version = version;
    this.outbound = outbound;
    this.direct = direct;
  }

  boolean wants(String topic) {
    return topics.contains(topic);
  }

  /** False if the peer has too many topics already. */
  boolean subscribe(String topic) {
    if (topics.contains(topic)) {
      return true;
    }
    if (topics.size() == MAX_TOPICS || topicCharacters + topic.length() > MAX_TOPIC_CHARACTERS) {
      return false;
    }
    topicCharacters += topic.length();
    return topics.add(topic);
  }

  void unsubscribe(String topic) {
    if (topics.remove(topic)) {
      topicCharacters -= topic.length();
    }
  }

  int topicCount() {
    return topics.size();
  }

  void doesNotWant(MessageId id, long untilTick, int most) {
    if (unwanted.putIfAbsent(id, untilTick) == null && unwanted.size() > most) {
      Iterator<MessageId> oldest = unwanted.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  boolean wants(MessageId id) {
    return !unwanted.containsKey(id);
  }

  int unwantedCount() {
    return unwanted.size();
  }

  /** A new heartbeat begins: caps start anew, and what was unwanted too long ago is forgotten. */
  void heartbeat(long tick) {
    iHaves = 0;
    idsAskedOfIt = 0;
    idsItAsked = 0;
    iDontWants = 0;
    Iterator<Long> oldest = unwanted.values().iterator();
    while (oldest.hasNext() && oldest.next() <= tick) {
      oldest.remove();
    }
  }
}
