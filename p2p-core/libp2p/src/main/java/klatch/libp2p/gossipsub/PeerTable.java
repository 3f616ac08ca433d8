package klatch.libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import klatch.libp2p.PeerId;
import org.jspecify.annotations.Nullable;

/** The connected peers, in the order they came, and draws among them. Belongs to its router's thread. */
final class PeerTable {
  private final Map<PeerId, PeerState> peers = new LinkedHashMap<>();
  private final RandomGenerator random;

  PeerTable(RandomGenerator random) {
    this.random = random;
  }

  @Nullable
  PeerState find(PeerId id) {
    return peers.get(id);
  }

  void add(PeerState peer) {
    peers.put(peer.id, peer);
  }

  @Nullable
  PeerState remove(PeerId id) {
    return peers.remove(id);
  }

  Collection<PeerState> all() {
    return peers.values();
  }

  boolean isConnected(PeerState peer) {
    return peers.get(peer.id) == peer;
  }

  List<PeerState> where(Predicate<PeerState> condition) {
    List<PeerState> found = new ArrayList<>();
    for (PeerState peer : peers.values()) {
      if (condition.test(peer)) {
        found.add(peer);
      }
    }
    return found;
  }

  /** At most {@code count} of {@code candidates}, drawn at random, in random order. */
  <T> List<T> draw(List<T> candidates, int count) {
    shuffle(candidates);
    return candidates.size() <= count ? candidates : candidates.subList(0, Math.max(0, count));
  }

  void shuffle(List<?> list) {
    for (int i = list.size() - 1; i > 0; i--) {
      Collections.swap(list, i, random.nextInt(i + 1));
    }
  }

  int draw(int bound) {
    return random.nextInt(bound);
  }
}
