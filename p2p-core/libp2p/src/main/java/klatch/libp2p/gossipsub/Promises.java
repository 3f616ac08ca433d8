package klatch.libp2p.gossipsub;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import klatch.libp2p.PeerId;

/**
 * Messages that a peer announced and we asked for: of each request one id, drawn at random, must come (GossipSub 1.1, "Spam Protection
 * Measures"). Belongs to its router's thread.
 */
final class Promises {
  /** Requests followed up; past it new ones are not. */
  static final int MAX_FOLLOWED = 20_000;

  private final Map<MessageId, Map<PeerId, Long>> deadlines = new LinkedHashMap<>();

  void add(MessageId id, PeerId peer, long deadlineMillis) {
    if (deadlines.size() < MAX_FOLLOWED) {
      deadlines.computeIfAbsent(id, key -> new LinkedHashMap<>(2)).putIfAbsent(peer, deadlineMillis);
    }
  }

  /** The message came, from whomever. */
  void kept(MessageId id) {
    deadlines.remove(id);
  }

  void forget(PeerId peer) {
    Iterator<Map<PeerId, Long>> all = deadlines.values().iterator();
    while (all.hasNext()) {
      Map<PeerId, Long> of = all.next();
      of.remove(peer);
      if (of.isEmpty()) {
        all.remove();
      }
    }
  }

  /** How many promises each peer has broken by now; they are forgotten with this. */
  Map<PeerId, Integer> broken(long nowMillis) {
    Map<PeerId, Integer> counts = new HashMap<>();
    Iterator<Map<PeerId, Long>> all = deadlines.values().iterator();
    while (all.hasNext()) {
      Map<PeerId, Long> of = all.next();
      of.entrySet().removeIf(entry -> {
        boolean over = entry.getValue() < nowMillis;
        if (over) {
          counts.merge(entry.getKey(), 1, Integer::sum);
        }
        return over;
      });
      if (of.isEmpty()) {
        all.remove();
      }
    }
    return counts;
  }

  int size() {
    return deadlines.size();
  }
}
