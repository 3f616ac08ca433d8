package klatch.libp2p.gossipsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.RpcPart.IDontWant;
import klatch.libp2p.gossipsub.SeenCache.Entry;
import klatch.libp2p.gossipsub.SeenCache.State;
import org.jspecify.annotations.Nullable;

/**
 * The way of one message through this node: seen for the first time, signature checked, validated, delivered, passed on. Belongs to its
 * router's thread.
 */
final class Relaying {
  /** Messages that wait to be passed on to the later neighbours; past it they get them at once. */
  private static final int MAX_STAGGERED = 10_000;

  /** Who subscribed to what, as far as passing on is concerned. */
  interface Topics {
    /** The mesh of a joined topic. */
    @Nullable
    Mesh mesh(String topic);

    /** Whom a message of our own goes to. */
    Collection<PeerState> audience(String topic);
  }

  /** Neighbours that get a large message later, unless they have it by then. */
  private record Staggered(long dueMillis, Entry entry, PubsubMessage message, List<PeerState> later) {
  }

  private final PeerId self;
  private final GossipsubParameters parameters;
  private final MessageIdFunction ids;
  private final PeerTable peers;
  private final PeerScores scores;
  private final ScoreParameters.Thresholds thresholds;
  private final GossipExchange gossip;
  private final Topics topics;
  private final RouterSink sink;
  private final SeenCache seen;
  private final ArrayDeque<Staggered> staggered = new ArrayDeque<>();

  Relaying(PeerId self, GossipsubParameters parameters, MessageIdFunction ids, PeerTable peers, PeerScores scores,
      ScoreParameters.Thresholds thresholds, GossipExchange gossip, Topics topics, RouterSink sink) {
    this.self = self;
    this.parameters = parameters;
    this.ids = ids;
    this.peers = peers;
    this.scores = scores;
    this.thresholds = thresholds;
    this.gossip = gossip;
    this.topics = topics;
    this.sink = sink;
    this.seen = new SeenCache(parameters.timing().seenMillis());
  }

  SeenCache seen() {
    return seen;
  }

  // ---- messages of others ----

  void received(PeerState peer, PubsubMessage message, long nowMillis) {
    if (topics.mesh(message.topic()) == null) {
      return;
    }
    MessageId id = ids.id(message);
    Entry entry = seen.find(id);
    if (entry != null) {
      receivedAgain(peer, entry, message, nowMillis);
    } else if (!message.author().filter(self::equals).isPresent()) {
      // One of our own that we have forgotten is not news.
      seen.add(id, nowMillis, peer.id, message);
      sink.authenticate(new Arrival(id, peer.id, message));
    }
  }

  private void receivedAgain(PeerState peer, Entry entry, PubsubMessage copy, long nowMillis) {
    switch (entry.state) {
      case AUTHENTICATING -> {
        // A forged message under a true one's id must not keep the true one out.
        if (entry.message != null && !entry.message.sameBytes(copy)) {
          entry.rival(peer.id, copy);
        } else {
          entry.heldBy(peer.id);
        }
      }
      case VALIDATING -> entry.heldBy(peer.id);
      case VALID -> {
        if (entry.message != null) {
          entry.heldBy(peer.id);
        }
        scores.deliveredAgain(peer.id, copy.topic(), nowMillis - entry.validatedMillis);
      }
      case INVALID -> scores.deliveredInvalid(peer.id, copy.topic());
      case IGNORED -> {
        // Held against nobody.
      }
    }
  }

  /** The signature is known; only a good one may keep later copies out and be spoken of. */
  void authenticated(Arrival arrival, boolean good, long nowMillis) {
    Entry entry = seen.find(arrival.id());
    if (entry == null || entry.state != State.AUTHENTICATING || entry.message != arrival.message()) {
      return;
    }
    if (!good) {
      scores.deliveredInvalid(arrival.source(), arrival.message().topic());
      entry.holders().forEach(peer -> scores.deliveredInvalid(peer, arrival.message().topic()));
      seen.remove(arrival.id());
      for (SeenCache.Rival rival : entry.rivals()) {
        PeerState peer = peers.find(rival.peer());
        if (peer != null) {
          received(peer, rival.message(), nowMillis);
        }
      }
      return;
    }
    entry.rivals().forEach(rival -> scores.deliveredInvalid(rival.peer(), arrival.message().topic()));
    entry.forgetRivals();
    entry.state = State.VALIDATING;
    gossip.arrived(arrival.id());
    sayIDontWant(entry, arrival.message());
    sink.validate(arrival);
  }

  private void sayIDontWant(Entry entry, PubsubMessage message) {
    Mesh mesh = topics.mesh(message.topic());
    if (mesh == null || message.dataBytes() < parameters.relay().iDontWantBytes()) {
      return;
    }
    IDontWant iDontWant = new IDontWant(List.of(entry.id));
    for (PeerState peer : mesh.neighbours()) {
      if (peer.version.hearsIDontWant() && !entry.isHeldBy(peer.id)) {
        sink.send(peer.id, iDontWant);
      }
    }
  }

  void validated(Arrival arrival, Verdict verdict, long nowMillis) {
    Entry entry = seen.find(arrival.id());
    if (entry == null || entry.state != State.VALIDATING || entry.message != arrival.message()) {
      return;
    }
    String topic = arrival.message().topic();
    switch (verdict) {
      case ACCEPT -> {
        entry.state = State.VALID;
        entry.validatedMillis = nowMillis;
        scores.deliveredFirst(arrival.source(), topic);
        entry.holders().forEach(peer -> scores.deliveredAgain(peer, topic, -1));
        gossip.cache().put(arrival.id(), arrival.message());
        sink.deliver(arrival.message());
        passOn(entry, arrival.message(), nowMillis);
      }
      case REJECT -> {
        entry.state = State.INVALID;
        scores.deliveredInvalid(arrival.source(), topic);
        entry.holders().forEach(peer -> scores.deliveredInvalid(peer, topic));
        entry.settle();
      }
      case IGNORE -> {
        entry.state = State.IGNORED;
        entry.settle();
      }
    }
  }

  private void passOn(Entry entry, PubsubMessage message, long nowMillis) {
    Mesh mesh = topics.mesh(message.topic());
    if (mesh == null) {
      entry.settle();
      return;
    }
    Optional<PeerId> author = message.author();
    List<PeerState> neighbours = new ArrayList<>();
    for (PeerState peer : mesh.subscribers()) {
      if ((author.isPresent() && peer.id.equals(author.get())) || !lacks(entry, peer)) {
        continue;
      }
      if (mesh.contains(peer)) {
        neighbours.add(peer);
      } else if (peer.direct || (!peer.version.meshes() && scores.score(peer.id) >= thresholds.publish())) {
        sink.send(peer.id, message);
      }
    }
    GossipsubParameters.Relay relay = parameters.relay();
    boolean divided = message.dataBytes() >= relay.iDontWantBytes() && neighbours.size() > relay.eagerPeers()
        && relay.staggerMillis() > 0 && staggered.size() < MAX_STAGGERED;
    if (divided) {
      peers.shuffle(neighbours);
      List<PeerState> later = neighbours.subList(relay.eagerPeers(), neighbours.size());
      staggered.add(new Staggered(nowMillis + relay.staggerMillis(), entry, message, List.copyOf(later)));
      later.clear();
    }
    neighbours.forEach(peer -> sink.send(peer.id, message));
    if (!divided) {
      entry.settle();
    }
  }

  private static boolean lacks(Entry entry, PeerState peer) {
    return !entry.isHeldBy(peer.id) && peer.wants(entry.id);
  }

  /** When {@link #due} has something to do; {@code Long.MAX_VALUE} for never. */
  long nextDueMillis() {
    Staggered first = staggered.peekFirst();
    return first == null ? Long.MAX_VALUE : first.dueMillis;
  }

  /** Sends what was held back, to those who still lack it. */
  void due(long nowMillis) {
    for (Staggered next = staggered.peekFirst(); next != null && next.dueMillis <= nowMillis; next = staggered
        .peekFirst()) {
      staggered.removeFirst();
      Mesh mesh = topics.mesh(next.message.topic());
      for (PeerState peer : next.later) {
        if (mesh != null && mesh.contains(peer) && lacks(next.entry, peer)) {
          sink.send(peer.id, next.message);
        }
      }
      next.entry.settle();
    }
  }

  // ---- messages of our own ----

  Published publish(PubsubMessage message, long nowMillis) {
    MessageId id = ids.id(message);
    if (seen.contains(id)) {
      return new Published(id, 0, true);
    }
    Entry entry = seen.add(id, nowMillis, null, message);
    entry.state = State.VALID;
    entry.validatedMillis = nowMillis;
    entry.settle();
    gossip.cache().put(id, message);
    int sent = 0;
    for (PeerState peer : topics.audience(message.topic())) {
      if (peer.wants(id)) {
        sink.send(peer.id, message);
        sent++;
      }
    }
    return new Published(id, sent, false);
  }
}
