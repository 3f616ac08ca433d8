package klatch.libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.RpcPart.Graft;
import klatch.libp2p.gossipsub.RpcPart.IDontWant;
import klatch.libp2p.gossipsub.RpcPart.IHave;
import klatch.libp2p.gossipsub.RpcPart.IWant;
import klatch.libp2p.gossipsub.RpcPart.Prune;
import klatch.libp2p.gossipsub.RpcPart.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * GossipSub 1.0 to 1.2 as a state machine: what happens goes in with the time it happened at, what is to be done comes out through a
 * {@link RouterSink}. It reads no clock, no socket, and draws only from the randomness it was given, so that the same inputs always have the
 * same outputs. One thread at a time.
 *
 * <p>
 * Times are milliseconds of any clock that never goes back.
 */
public final class GossipsubRouter {
  /** Topics that can be joined at once. */
  public static final int MAX_JOINED = 1_000;
  /** Topics published to without having joined them whose peers are remembered. */
  private static final int MAX_FANOUTS = 1_000;

  private final GossipsubParameters parameters;
  private final ScoreParameters scoring;
  private final Set<PeerId> directPeers;
  private final RouterSink sink;
  private final PeerTable peers;
  private final PeerScores scores;
  private final Backoffs backoffs = new Backoffs();
  private final Map<String, Mesh> meshes = new LinkedHashMap<>();
  private final Map<String, Fanout> fanouts = new LinkedHashMap<>();
  private final GossipExchange gossip;
  private final Relaying relaying;
  private final Mesh.Surroundings surroundings = new MeshSurroundings();
  private long tick;
  private long nowMillis;

  /** The peers that hear what we publish to a topic we have not joined. */
  private static final class Fanout {
    final Set<PeerState> peers = new LinkedHashSet<>();
    long lastPublishedMillis;
  }

  /** @param directPeers peers agreed upon by the people who run both; they get everything and are never scored out */
  public GossipsubRouter(PeerId self, GossipsubParameters parameters, ScoreParameters scoring, MessageIdFunction ids,
      Set<PeerId> directPeers, RandomGenerator random, RouterSink sink) {
    this.parameters = parameters;
    this.scoring = scoring;
    this.directPeers = Set.copyOf(directPeers);
    this.sink = sink;
    this.peers = new PeerTable(random);
    this.scores = new PeerScores(scoring);
    this.gossip = new GossipExchange(parameters, peers, scores, scoring.thresholds(), sink);
    this.relaying = new Relaying(self, parameters, ids, peers, scores, scoring.thresholds(), gossip, new RelayTopics(),
        sink);
  }

  // ---- peers ----

  /** A stream to the peer is open. Our subscriptions are sent to it. */
  public void connected(PeerId id, PubsubVersion version, boolean outbound, String ip, long now) {
    nowMillis = now;
    if (peers.find(id) != null) {
      disconnected(id, now);
    }
    peers.add(new PeerState(id, version, outbound, directPeers.contains(id)));
    scores.connected(id, ip);
    meshes.keySet().forEach(topic -> sink.send(id, new Subscription(topic, true)));
  }

  public void disconnected(PeerId id, long now) {
    nowMillis = now;
    PeerState peer = peers.remove(id);
    if (peer == null) {
      return;
    }
    meshes.values().forEach(mesh -> mesh.left(peer));
    fanouts.values().forEach(fanout -> fanout.peers.remove(peer));
    gossip.forget(id);
    scores.disconnected(id, now);
  }

  /** Whether the score of the peer is so low that its RPCs need not even be read. */
  public boolean ignores(PeerId id) {
    return !directPeers.contains(id) && scores.score(id) < scoring.thresholds().graylist();
  }

  public double score(PeerId id) {
    return scores.score(id);
  }

  /** Counts against the peer, such as for a malformed RPC (P7). */
  public void penalize(PeerId id, double count) {
    scores.penalize(id, count);
  }

  // ---- RPCs ----

  public void receive(PeerId from, List<RpcPart> rpc, long now) {
    nowMillis = now;
    PeerState peer = peers.find(from);
    if (peer == null || ignores(from)) {
      return;
    }
    for (RpcPart part : rpc) {
      switch (part) {
        case PubsubMessage message -> relaying.received(peer, message, now);
        case Subscription subscription -> subscription(peer, subscription);
        case Graft graft -> graft(peer, graft.topic());
        case Prune prune -> prune(peer, prune);
        case IHave iHave -> {
          if (meshes.containsKey(iHave.topic())) {
            gossip.announced(peer, iHave, relaying.seen(), now);
          }
        }
        case IWant iWant -> gossip.asked(peer, iWant);
        case IDontWant iDontWant -> gossip.unwanted(peer, iDontWant, tick);
      }
    }
  }

  private void subscription(PeerState peer, Subscription subscription) {
    Mesh mesh = meshes.get(subscription.topic());
    if (!subscription.subscribe()) {
      peer.unsubscribe(subscription.topic());
      if (mesh != null && mesh.left(peer)) {
        scores.pruned(peer.id, subscription.topic());
      }
      Fanout fanout = fanouts.get(subscription.topic());
      if (fanout != null) {
        fanout.peers.remove(peer);
      }
    } else if (peer.subscribe(subscription.topic()) && mesh != null) {
      mesh.subscribed(peer);
    }
  }

  /** GossipSub 1.1: a GRAFT for an unknown topic is not answered; one too early counts against the peer. */
  private void graft(PeerState peer, String topic) {
    Mesh mesh = meshes.get(topic);
    if (mesh == null || mesh.contains(peer) || !peer.version.meshes() || !peer.subscribe(topic)) {
      return;
    }
    GossipsubParameters.Timing timing = parameters.timing();
    long until = backoffs.until(topic, peer.id);
    boolean refused = peer.direct || scores.score(peer.id) < 0
        || (mesh.neighbours().size() >= parameters.degrees().high() && !peer.outbound);
    if (nowMillis < until) {
      scores.penalize(peer.id, nowMillis < until + timing.graftFloodMillis() - timing.pruneBackoffMillis() ? 2 : 1);
      refused = true;
    }
    if (refused) {
      sendPrune(peer, topic, timing.pruneBackoffMillis());
    } else {
      mesh.accept(peer);
      scores.grafted(peer.id, topic, nowMillis);
    }
  }

  private void prune(PeerState peer, Prune prune) {
    Mesh mesh = meshes.get(prune.topic());
    if (mesh == null) {
      return;
    }
    if (mesh.drop(peer)) {
      scores.pruned(peer.id, prune.topic());
    }
    long backoff = prune.backoffSeconds() <= 0
        ? parameters.timing().pruneBackoffMillis()
        : Math.min(prune.backoffSeconds(), Backoffs.MAX_MILLIS / 1_000) * 1_000;
    backoffs.add(prune.topic(), peer.id, nowMillis + backoff);
  }

  private void sendPrune(PeerState peer, String topic, long backoffMillis) {
    backoffs.add(topic, peer.id, nowMillis + backoffMillis);
    sink.send(peer.id, new Prune(topic, (backoffMillis + 999) / 1_000));
  }

  // ---- topics ----

  /** JOIN: false if it was joined already. */
  public boolean join(String topic, long now) {
    nowMillis = now;
    if (meshes.containsKey(topic)) {
      return false;
    }
    if (meshes.size() == MAX_JOINED) {
      throw new IllegalStateException("already " + MAX_JOINED + " topics joined");
    }
    peers.all().forEach(peer -> sink.send(peer.id, new Subscription(topic, true)));
    Mesh mesh = new Mesh(topic, parameters, surroundings);
    meshes.put(topic, mesh);
    Fanout fanout = fanouts.remove(topic);
    if (fanout != null) {
      fanout.peers.stream().filter(mesh::eligible).limit(parameters.degrees().target()).toList().forEach(mesh::graft);
    }
    mesh.fill();
    return true;
  }

  /** LEAVE: false if it was not joined. */
  public boolean leave(String topic, long now) {
    nowMillis = now;
    Mesh mesh = meshes.remove(topic);
    if (mesh == null) {
      return false;
    }
    peers.all().forEach(peer -> sink.send(peer.id, new Subscription(topic, false)));
    for (PeerState peer : mesh.neighbours()) {
      scores.pruned(peer.id, topic);
      sendPrune(peer, topic, parameters.timing().unsubscribeBackoffMillis());
    }
    return true;
  }

  public boolean joined(String topic) {
    return meshes.containsKey(topic);
  }

  /** The neighbours in a topic's mesh; empty if it is not joined. */
  public List<PeerId> mesh(String topic) {
    Mesh mesh = meshes.get(topic);
    return mesh == null ? List.of() : mesh.neighbours().stream().map(peer -> peer.id).toList();
  }

  /** Connected peers that want {@code topic}. */
  public List<PeerId> subscribers(String topic) {
    return subscriberStates(topic).stream().map(peer -> peer.id).toList();
  }

  private Collection<PeerState> subscriberStates(String topic) {
    Mesh mesh = meshes.get(topic);
    return mesh == null ? peers.where(peer -> peer.wants(topic)) : mesh.subscribers();
  }

  // ---- messages ----

  /** Sends a message of our own. It is not delivered here. */
  public Published publish(PubsubMessage message, long now) {
    nowMillis = now;
    return relaying.publish(message, now);
  }

  /** The answer to {@link RouterSink#authenticate}. */
  public void authenticated(Arrival arrival, boolean good, long now) {
    nowMillis = now;
    relaying.authenticated(arrival, good, now);
  }

  /** The answer to {@link RouterSink#validate}. */
  public void validated(Arrival arrival, Verdict verdict, long now) {
    nowMillis = now;
    relaying.validated(arrival, verdict, now);
  }

  private Collection<PeerState> audience(String topic) {
    double least = scoring.thresholds().publish();
    List<PeerState> audience = new ArrayList<>();
    Mesh mesh = meshes.get(topic);
    Set<PeerState> chosen = mesh != null || parameters.floodPublish() ? Set.of() : fanout(topic);
    for (PeerState peer : subscriberStates(topic)) {
      boolean always = peer.direct || (mesh != null && mesh.contains(peer)) || chosen.contains(peer);
      boolean flooded = (parameters.floodPublish() || !peer.version.meshes()) && scores.score(peer.id) >= least;
      if (always || flooded) {
        audience.add(peer);
      }
    }
    // What goes out first arrives first: it should not always be at the same peer.
    peers.shuffle(audience);
    return audience;
  }

  private Set<PeerState> fanout(String topic) {
    Fanout fanout = fanouts.computeIfAbsent(topic, key -> new Fanout());
    fanout.lastPublishedMillis = nowMillis;
    refill(topic, fanout);
    if (fanouts.size() > MAX_FANOUTS) {
      fanouts.remove(fanouts.keySet().iterator().next());
    }
    return fanout.peers;
  }

  private void refill(String topic, Fanout fanout) {
    double least = scoring.thresholds().publish();
    fanout.peers.removeIf(peer -> scores.score(peer.id) < least);
    List<PeerState> candidates = peers.where(peer -> peer.version.meshes() && !peer.direct && peer.wants(topic)
        && !fanout.peers.contains(peer) && scores.score(peer.id) >= least);
    fanout.peers.addAll(peers.draw(candidates, parameters.degrees().target() - fanout.peers.size()));
  }

  // ---- time ----

  /** When {@link #due} must be called next; {@code Long.MAX_VALUE} while nothing waits. */
  public long nextDueMillis() {
    return relaying.nextDueMillis();
  }

  /** Does what had to wait until {@code now}. */
  public void due(long now) {
    nowMillis = now;
    relaying.due(now);
  }

  /** Called once every {@code heartbeatMillis}. */
  public void heartbeat(long now) {
    nowMillis = now;
    tick++;
    peers.all().forEach(peer -> peer.heartbeat(tick));
    gossip.punishBrokenPromises(now);
    scores.refresh(now);
    backoffs.expire(now, parameters.timing().heartbeatMillis());
    relaying.due(now);
    relaying.seen().expire(now);
    for (Mesh mesh : meshes.values()) {
      mesh.heartbeat(tick);
      gossip.announce(mesh.topic, mesh.subscribers(), mesh.neighbours(), mesh.takeFresh());
    }
    fanouts.values().removeIf(fanout -> now - fanout.lastPublishedMillis > parameters.timing().fanoutMillis());
    fanouts.forEach((topic, fanout) -> {
      refill(topic, fanout);
      gossip.announce(topic, peers.where(peer -> peer.wants(topic)), fanout.peers, List.of());
    });
    gossip.cache().shift();
  }

  private final class MeshSurroundings implements Mesh.Surroundings {
    @Override
    public double score(PeerState peer) {
      return scores.score(peer.id);
    }

    @Override
    public double opportunisticGraftThreshold() {
      return scoring.thresholds().opportunisticGraft();
    }

    @Override
    public boolean backedOff(String topic, PeerState peer) {
      return backoffs.keepsUsFrom(topic, peer.id, nowMillis, parameters.timing().heartbeatMillis());
    }

    @Override
    public void grafted(String topic, PeerState peer) {
      scores.grafted(peer.id, topic, nowMillis);
      sink.send(peer.id, new Graft(topic));
    }

    @Override
    public void pruned(String topic, PeerState peer) {
      scores.pruned(peer.id, topic);
      sendPrune(peer, topic, parameters.timing().pruneBackoffMillis());
    }

    @Override
    public PeerTable peers() {
      return peers;
    }
  }

  private final class RelayTopics implements Relaying.Topics {
    @Override
    public @Nullable Mesh mesh(String topic) {
      return meshes.get(topic);
    }

    @Override
    public Collection<PeerState> audience(String topic) {
      return GossipsubRouter.this.audience(topic);
    }
  }
}
