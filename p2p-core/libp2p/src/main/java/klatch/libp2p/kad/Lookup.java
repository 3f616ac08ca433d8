package klatch.libp2p.kad;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import klatch.libp2p.PeerId;
import klatch.libp2p.protocol.PeerAddresses;

/**
 * One search for the peers nearest to a key (libp2p kad-dht, peer routing): always asks the nearest not yet asked, and is done when the
 * {@code k} nearest that have not failed have all answered. Holds a bounded number of peers, so that an answer can lead astray but not
 * fill the memory. One thread at a time.
 */
final class Lookup {
  /** Candidates held; the farthest are dropped. */
  static final int MAX_CANDIDATES = 256;
  /** Peers asked in one lookup; one of ten thousand peers takes about 40. */
  static final int MAX_ASKED = 200;

  private enum State {
    NEW, ASKED, ANSWERED
  }

  private static final class Candidate {
    private final PeerAddresses peer;
    private State state = State.NEW;

    Candidate(PeerAddresses peer) {
      this.peer = peer;
    }
  }

  private final int k;
  private final PeerId self;
  private final TreeMap<KadKey, Candidate> candidates;
  /** Failed or dropped: not taken in again. */
  private final Set<PeerId> gone = new HashSet<>();
  private int asked;

  Lookup(KadKey target, int k, PeerId self) {
    this.k = k;
    this.self = self;
    this.candidates = new TreeMap<>(target.nearestFirst());
  }

  void add(List<PeerAddresses> peers) {
    for (PeerAddresses peer : peers) {
      if (!peer.peer().equals(self) && !gone.contains(peer.peer())) {
        candidates.putIfAbsent(KadKey.of(peer.peer()), new Candidate(peer));
      }
    }
    while (candidates.size() > MAX_CANDIDATES) {
      candidates.pollLastEntry();
    }
  }

  /** The peer to ask next, which counts as asked from now on; empty if there is none for now. */
  Optional<PeerAddresses> next() {
    if (asked >= MAX_ASKED) {
      return Optional.empty();
    }
    for (Candidate candidate : kNearest()) {
      if (candidate.state == State.NEW) {
        candidate.state = State.ASKED;
        asked++;
        return Optional.of(candidate.peer);
      }
    }
    return Optional.empty();
  }

  void answered(PeerId peer) {
    Candidate candidate = candidates.get(KadKey.of(peer));
    if (candidate != null) {
      candidate.state = State.ANSWERED;
    }
  }

  void failed(PeerId peer) {
    candidates.remove(KadKey.of(peer));
    if (gone.size() < MAX_CANDIDATES) {
      gone.add(peer);
    }
  }

  /** Whether the nearest have all answered. Not so while {@link #next} has one to ask or one of them owes its answer. */
  boolean done() {
    for (Candidate candidate : kNearest()) {
      if (candidate.state == State.ASKED || (candidate.state == State.NEW && asked < MAX_ASKED)) {
        return false;
      }
    }
    return true;
  }

  /** The nearest that have answered, at most {@code k}, nearest first. */
  List<PeerAddresses> result() {
    return candidates.values().stream().filter(candidate -> candidate.state == State.ANSWERED).limit(k)
        .map(candidate -> candidate.peer).toList();
  }

  int asked() {
    return asked;
  }

  private List<Candidate> kNearest() {
    List<Candidate> nearest = new ArrayList<>(k);
    for (Map.Entry<KadKey, Candidate> entry : candidates.entrySet()) {
      if (nearest.size() == k) {
        break;
      }
      nearest.add(entry.getValue());
    }
    return nearest;
  }
}
