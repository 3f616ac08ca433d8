package klatch.libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The neighbours in one joined topic, and how they are kept at the right number (GossipSub 1.0, "Mesh Maintenance"; 1.1, "Heartbeat
 * Maintenance", "Outbound Mesh Quotas", "Opportunistic Grafting"). Belongs to its router's thread.
 */
final class Mesh {
  /** What a mesh needs of its router. */
  interface Surroundings {
    double score(PeerState peer);

    double opportunisticGraftThreshold();

    boolean backedOff(String topic, PeerState peer);

    /** Tells the peer, and its score, that it is a neighbour now. */
    void grafted(String topic, PeerState peer);

    /** Tells the peer, its score and the backoffs that it is none any more. */
    void pruned(String topic, PeerState peer);

    PeerTable peers();
  }

  final String topic;
  private final GossipsubParameters parameters;
  private final Surroundings router;
  private final Set<PeerState> neighbours = new LinkedHashSet<>();
  /** Connected peers that want the topic, neighbours too. */
  private final Set<PeerState> subscribers = new LinkedHashSet<>();
  /** Neighbours since the last heartbeat: what came before, no neighbour has sent them. */
  private final Set<PeerState> fresh = new LinkedHashSet<>();

  Mesh(String topic, GossipsubParameters parameters, Surroundings router) {
    this.topic = topic;
    this.parameters = parameters;
    this.router = router;
    subscribers.addAll(router.peers().where(peer -> peer.wants(topic)));
  }

  Set<PeerState> neighbours() {
    return neighbours;
  }

  Set<PeerState> subscribers() {
    return subscribers;
  }

  boolean contains(PeerState peer) {
    return neighbours.contains(peer);
  }

  /** A subscriber to a mesh with too few neighbours is grafted without waiting for the heartbeat. */
  void subscribed(PeerState peer) {
    if (subscribers.add(peer) && neighbours.size() < parameters.degrees().low() && eligible(peer)) {
      graft(peer);
    }
  }

  /** True if it was a neighbour. */
  boolean left(PeerState peer) {
    subscribers.remove(peer);
    fresh.remove(peer);
    return neighbours.remove(peer);
  }

  /** Takes in a peer that grafted us. */
  void accept(PeerState peer) {
    subscribers.add(peer);
    neighbours.add(peer);
    fresh.add(peer);
  }

  boolean drop(PeerState peer) {
    fresh.remove(peer);
    return neighbours.remove(peer);
  }

  void graft(PeerState peer) {
    neighbours.add(peer);
    fresh.add(peer);
    router.grafted(topic, peer);
  }

  private void prune(PeerState peer) {
    drop(peer);
    router.pruned(topic, peer);
  }

  /** Neighbours that were none at the last heartbeat; asking forgets them. */
  List<PeerState> takeFresh() {
    List<PeerState> taken = List.copyOf(fresh);
    fresh.clear();
    return taken;
  }

  boolean eligible(PeerState peer) {
    return peer.version.meshes() && !peer.direct && !neighbours.contains(peer) && router.score(peer) >= 0
        && !router.backedOff(topic, peer);
  }

  private List<PeerState> candidates() {
    List<PeerState> candidates = new ArrayList<>();
    for (PeerState peer : subscribers) {
      if (eligible(peer)) {
        candidates.add(peer);
      }
    }
    return candidates;
  }

  /** Grafts peers at random up to the number wanted. */
  void fill() {
    router.peers().draw(candidates(), parameters.degrees().target() - neighbours.size()).forEach(this::graft);
  }

  void heartbeat(long tick) {
    GossipsubParameters.Degrees degrees = parameters.degrees();
    for (PeerState neighbour : List.copyOf(neighbours)) {
      if (router.score(neighbour) < 0) {
        prune(neighbour);
      }
    }
    if (neighbours.size() < degrees.low()) {
      fill();
    }
    if (neighbours.size() > degrees.high()) {
      shrink();
    }
    if (neighbours.size() >= degrees.low()) {
      fillOutboundQuota();
    }
    if (tick % parameters.timing().opportunisticGraftHeartbeats() == 0) {
      graftOpportunistically();
    }
  }

  /** Keeps the best scores, and of the rest some at random, but always enough that we have dialled ourselves. */
  private void shrink() {
    GossipsubParameters.Degrees degrees = parameters.degrees();
    List<PeerState> order = new ArrayList<>(neighbours);
    router.peers().shuffle(order);
    order.sort(Comparator.comparingDouble((PeerState peer) -> router.score(peer)).reversed());
    router.peers().shuffle(order.subList(Math.min(degrees.score(), order.size()), order.size()));
    int kept = degrees.target();
    long outbound = order.subList(0, kept).stream().filter(peer -> peer.outbound).count();
    for (int i = kept; i < order.size() && outbound < degrees.outbound(); i++) {
      PeerState candidate = order.get(i);
      if (candidate.outbound) {
        int out = lastInbound(order, kept);
        if (out < 0) {
          break;
        }
        order.set(i, order.get(out));
        order.set(out, candidate);
        outbound++;
      }
    }
    List.copyOf(order.subList(kept, order.size())).forEach(this::prune);
  }

  private static int lastInbound(List<PeerState> order, int kept) {
    for (int i = kept - 1; i >= 0; i--) {
      if (!order.get(i).outbound) {
        return i;
      }
    }
    return -1;
  }

  private void fillOutboundQuota() {
    long outbound = neighbours.stream().filter(peer -> peer.outbound).count();
    int missing = parameters.degrees().outbound() - (int) outbound;
    if (missing > 0) {
      List<PeerState> dialled = candidates();
      dialled.removeIf(peer -> !peer.outbound);
      router.peers().draw(dialled, missing).forEach(this::graft);
    }
  }

  private void graftOpportunistically() {
    if (neighbours.size() < 2) {
      return;
    }
    double[] scores = neighbours.stream().mapToDouble(router::score).sorted().toArray();
    double median = scores[scores.length / 2];
    if (median < router.opportunisticGraftThreshold()) {
      List<PeerState> better = candidates();
      better.removeIf(peer -> router.score(peer) <= median);
      router.peers().draw(better, parameters.gossip().opportunisticGraftPeers()).forEach(this::graft);
    }
  }
}
