package klatch.libp2p.gossipsub;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import klatch.libp2p.PeerId;

/** Until when a peer and we do not graft each other in a topic (GossipSub 1.1, "PRUNE Backoff"). Belongs to its router's thread. */
final class Backoffs {
  /** Longest backoff that is believed. */
  static final long MAX_MILLIS = 3_600_000;
  /** Backoffs remembered; past it the oldest is forgotten. */
  static final int MAX_ENTRIES = 50_000;

  private record Link(String topic, PeerId peer) {
  }

  private final Map<Link, Long> untilMillis = new LinkedHashMap<>();

  /** Never shortens a backoff. */
  void add(String topic, PeerId peer, long until) {
    untilMillis.merge(new Link(topic, peer), until, Math::max);
    if (untilMillis.size() > MAX_ENTRIES) {
      Iterator<Link> oldest = untilMillis.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** When the backoff ends; 0 if there is none. */
  long until(String topic, PeerId peer) {
    return untilMillis.getOrDefault(new Link(topic, peer), 0L);
  }

  /** Whether we must not graft the peer; {@code slackMillis} longer than it must not graft us, since its clock may be late. */
  boolean keepsUsFrom(String topic, PeerId peer, long nowMillis, long slackMillis) {
    long until = until(topic, peer);
    return until != 0 && nowMillis < until + slackMillis;
  }

  void expire(long nowMillis, long slackMillis) {
    untilMillis.values().removeIf(until -> nowMillis >= until + slackMillis);
  }

  int size() {
    return untilMillis.size();
  }
}
