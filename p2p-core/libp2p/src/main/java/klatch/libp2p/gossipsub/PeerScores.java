package klatch.libp2p.gossipsub;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import klatch.libp2p.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * What this node thinks of its peers (GossipSub 1.1, "The Score Function"): P1 to P4 for each topic, P5 to P7 for the peer. Scores outlive a
 * connection for a while. Belongs to its router's thread.
 */
final class PeerScores {
  /** Peers that have gone whose scores are remembered; the one that left first is forgotten first. */
  static final int MAX_RETAINED = 10_000;
  /** Topics counted for one peer. */
  private static final int MAX_TOPICS = 256;

  private final ScoreParameters parameters;
  private final Map<PeerId, Stats> connected = new LinkedHashMap<>();
  private final Map<PeerId, Stats> retained = new LinkedHashMap<>();
  private final Map<String, Set<PeerId>> peersByIp = new HashMap<>();
  private long lastDecayMillis = Long.MIN_VALUE;

  PeerScores(ScoreParameters parameters) {
    this.parameters = parameters;
  }

  /** The counters of one peer. */
  private static final class Stats {
    final Map<String, TopicStats> topics = new LinkedHashMap<>();
    double behaviourPenalty;
    String ip = "";
    long expiresMillis;
    double cached;
    boolean dirty = true;
  }

  /** The counters of one peer in one topic. */
  private static final class TopicStats {
    final ScoreParameters.Topic parameters;
    boolean inMesh;
    long graftedMillis;
    long meshMillis;
    boolean deliveriesActive;
    double firstDeliveries;
    double meshDeliveries;
    double failures;
    double invalid;

    TopicStats(ScoreParameters.Topic parameters) {
      this.parameters = parameters;
    }

    double deficit() {
      double threshold = parameters.meshDeliveries().threshold();
      return deliveriesActive && meshDeliveries < threshold ? threshold - meshDeliveries : 0;
    }

    double score() {
      double sum = 0;
      if (inMesh) {
        double quanta = Math.floorDiv(meshMillis, parameters.timeInMesh().quantumMillis());
        sum += Math.min(quanta, parameters.timeInMesh().cap()) * parameters.timeInMesh().weight();
      }
      sum += firstDeliveries * parameters.firstDeliveries().weight();
      double deficit = deficit();
      sum += deficit * deficit * parameters.meshDeliveries().weight();
      sum += failures * parameters.failures().weight();
      sum += invalid * invalid * parameters.invalid().weight();
      return sum * parameters.weight();
    }
  }

  // ---- coming and going ----

  void connected(PeerId peer, String ip) {
    Stats stats = retained.remove(peer);
    if (stats == null) {
      stats = new Stats();
    }
    stats.ip = ip;
    stats.dirty = true;
    connected.put(peer, stats);
    Set<PeerId> neighbours = peersByIp.computeIfAbsent(ip, key -> new LinkedHashSet<>());
    neighbours.add(peer);
    colocationChanged(neighbours);
  }

  /** A good score is forgotten with the connection; a bad one, and what a pruned neighbour failed to deliver, is kept. */
  void disconnected(PeerId peer, long nowMillis) {
    double last = score(peer);
    Stats stats = connected.remove(peer);
    if (stats == null) {
      return;
    }
    Set<PeerId> neighbours = peersByIp.get(stats.ip);
    if (neighbours != null) {
      neighbours.remove(peer);
      if (neighbours.isEmpty()) {
        peersByIp.remove(stats.ip);
      }
      colocationChanged(neighbours);
    }
    if (last > 0) {
      return;
    }
    for (TopicStats topic : stats.topics.values()) {
      topic.firstDeliveries = 0;
      leaveMesh(topic);
    }
    stats.expiresMillis = nowMillis + parameters.retainMillis();
    retained.put(peer, stats);
    if (retained.size() > MAX_RETAINED) {
      Iterator<PeerId> oldest = retained.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  private void colocationChanged(Set<PeerId> neighbours) {
    if (neighbours.size() + 1 < parameters.colocation().threshold()) {
      return;
    }
    for (PeerId neighbour : neighbours) {
      Stats stats = connected.get(neighbour);
      if (stats != null) {
        stats.dirty = true;
      }
    }
  }

  // ---- events ----

  void grafted(PeerId peer, String topic, long nowMillis) {
    TopicStats stats = topic(peer, topic);
    if (stats != null) {
      stats.inMesh = true;
      stats.graftedMillis = nowMillis;
      stats.meshMillis = 0;
      stats.deliveriesActive = false;
    }
  }

  void pruned(PeerId peer, String topic) {
    TopicStats stats = topic(peer, topic);
    if (stats != null) {
      leaveMesh(stats);
    }
  }

  private static void leaveMesh(TopicStats stats) {
    if (stats.inMesh) {
      double deficit = stats.deficit();
      stats.failures += deficit * deficit;
    }
    stats.inMesh = false;
    stats.deliveriesActive = false;
  }

  /** The peer was the first to bring a message that turned out valid. */
  void deliveredFirst(PeerId peer, String topic) {
    TopicStats stats = topic(peer, topic);
    if (stats != null) {
      stats.firstDeliveries = Math.min(stats.firstDeliveries + 1, stats.parameters.firstDeliveries().cap());
      countMeshDelivery(stats);
    }
  }

  /** The peer brought a valid message {@code afterMillis} after it was found valid; negative while it was being validated. */
  void deliveredAgain(PeerId peer, String topic, long afterMillis) {
    TopicStats stats = topic(peer, topic);
    if (stats != null && afterMillis <= stats.parameters.meshDeliveries().windowMillis()) {
      countMeshDelivery(stats);
    }
  }

  private static void countMeshDelivery(TopicStats stats) {
    if (stats.inMesh) {
      stats.meshDeliveries = Math.min(stats.meshDeliveries + 1, stats.parameters.meshDeliveries().cap());
    }
  }

  void deliveredInvalid(PeerId peer, String topic) {
    TopicStats stats = topic(peer, topic);
    if (stats != null) {
      stats.invalid++;
    }
  }

  void penalize(PeerId peer, double count) {
    Stats stats = connected.get(peer);
    if (stats == null) {
      stats = retained.get(peer);
    }
    if (stats != null) {
      stats.behaviourPenalty += count;
      stats.dirty = true;
    }
  }

  private @Nullable TopicStats topic(PeerId peer, String name) {
    Stats stats = connected.get(peer);
    if (stats == null) {
      return null;
    }
    stats.dirty = true;
    TopicStats topic = stats.topics.get(name);
    if (topic == null && stats.topics.size() < MAX_TOPICS) {
      topic = new TopicStats(parameters.topic(name));
      stats.topics.put(name, topic);
    }
    return topic;
  }

  // ---- the score ----

  /** The peer's score now; 0 for a peer that is not connected. */
  double score(PeerId peer) {
    Stats stats = connected.get(peer);
    if (stats == null) {
      return 0;
    }
    if (stats.dirty) {
      stats.cached = compute(peer, stats);
      stats.dirty = false;
    }
    return stats.cached;
  }

  private double compute(PeerId peer, Stats stats) {
    double topics = 0;
    for (TopicStats topic : stats.topics.values()) {
      topics += topic.score();
    }
    if (parameters.topicScoreCap() > 0) {
      topics = Math.min(topics, parameters.topicScoreCap());
    }
    double sum = topics;
    if (parameters.application().weight() > 0) {
      sum += parameters.application().weight() * parameters.application().score().applyAsDouble(peer);
    }
    sum += parameters.colocation().weight() * colocationSurplusSquared(stats.ip);
    double excess = stats.behaviourPenalty - parameters.behaviour().threshold();
    if (excess > 0) {
      sum += parameters.behaviour().weight() * excess * excess;
    }
    return sum;
  }

  private double colocationSurplusSquared(String ip) {
    Set<PeerId> neighbours = peersByIp.get(ip);
    double surplus = neighbours == null ? 0 : neighbours.size() - (double) parameters.colocation().threshold();
    return surplus <= 0 || parameters.colocation().exempt().test(ip) ? 0 : surplus * surplus;
  }

  /** Called at every heartbeat: decays the counters as often as due, and forgets scores that are too old. */
  void refresh(long nowMillis) {
    if (lastDecayMillis == Long.MIN_VALUE) {
      lastDecayMillis = nowMillis;
    }
    boolean decay = nowMillis - lastDecayMillis >= parameters.decayMillis();
    if (decay) {
      // One decay for a late heartbeat, not many: the times between two are nearly equal.
      lastDecayMillis = nowMillis;
    }
    for (Stats stats : connected.values()) {
      stats.dirty = true;
      for (TopicStats topic : stats.topics.values()) {
        if (topic.inMesh) {
          topic.meshMillis = nowMillis - topic.graftedMillis;
          topic.deliveriesActive |= topic.meshMillis > topic.parameters.meshDeliveries().activationMillis();
        }
      }
      if (decay) {
        decay(stats);
      }
    }
    Iterator<Stats> gone = retained.values().iterator();
    while (gone.hasNext()) {
      Stats stats = gone.next();
      if (nowMillis > stats.expiresMillis) {
        gone.remove();
      } else if (decay) {
        decay(stats);
      }
    }
  }

  private void decay(Stats stats) {
    stats.behaviourPenalty = decayed(stats.behaviourPenalty, parameters.behaviour().decay());
    Iterator<TopicStats> topics = stats.topics.values().iterator();
    while (topics.hasNext()) {
      TopicStats topic = topics.next();
      topic.firstDeliveries = decayed(topic.firstDeliveries, topic.parameters.firstDeliveries().decay());
      topic.meshDeliveries = decayed(topic.meshDeliveries, topic.parameters.meshDeliveries().decay());
      topic.failures = decayed(topic.failures, topic.parameters.failures().decay());
      topic.invalid = decayed(topic.invalid, topic.parameters.invalid().decay());
      if (!topic.inMesh && topic.firstDeliveries + topic.meshDeliveries + topic.failures + topic.invalid == 0) {
        topics.remove();
      }
    }
  }

  private double decayed(double counter, double decay) {
    double left = counter * decay;
    return left < parameters.decayToZero() ? 0 : left;
  }

  int retainedCount() {
    return retained.size();
  }
}
