package klatch.libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.RpcPart.IDontWant;
import klatch.libp2p.gossipsub.RpcPart.IHave;
import klatch.libp2p.gossipsub.RpcPart.IWant;

/**
 * Talk about messages instead of the messages themselves: IHAVE, IWANT, IDONTWANT, each capped for each peer and heartbeat (GossipSub 1.0,
 * "Gossip Emission"; 1.1, "Adaptive Gossip Dissemination", "Spam Protection Measures"; 1.2). Belongs to its router's thread.
 */
final class GossipExchange {
  /** Ids in one IHAVE or IWANT that we send: with 46-byte ids such a message stays under 64 KiB. */
  private static final int IDS_AT_A_TIME = 1_000;

  private final GossipsubParameters parameters;
  private final PeerTable peers;
  private final PeerScores scores;
  private final ScoreParameters.Thresholds thresholds;
  private final RouterSink sink;
  private final MessageCache cache;
  private final Promises promises = new Promises();

  GossipExchange(GossipsubParameters parameters, PeerTable peers, PeerScores scores,
      ScoreParameters.Thresholds thresholds, RouterSink sink) {
    this.parameters = parameters;
    this.peers = peers;
    this.scores = scores;
    this.thresholds = thresholds;
    this.sink = sink;
    this.cache = new MessageCache(parameters.gossip().historyHeartbeats(), parameters.gossip().announcedHeartbeats());
  }

  MessageCache cache() {
    return cache;
  }

  private boolean heeds(PeerState peer) {
    return peer.direct || scores.score(peer.id) >= thresholds.gossip();
  }

  // ---- what peers say ----

  /** Asks for what has not been seen, and follows one of the ids up. The topic must be one that is joined. */
  void announced(PeerState peer, IHave iHave, SeenCache seen, long nowMillis) {
    GossipsubParameters.Gossip caps = parameters.gossip();
    if (!heeds(peer) || ++peer.iHaves > caps.iHavePerHeartbeat() || peer.idsAskedOfIt >= caps.idsPerHeartbeat()) {
      return;
    }
    Set<MessageId> unseen = new LinkedHashSet<>();
    for (MessageId id : iHave.ids()) {
      if (!seen.contains(id)) {
        unseen.add(id);
      }
    }
    if (unseen.isEmpty()) {
      return;
    }
    List<MessageId> asked = peers.draw(new ArrayList<>(unseen), caps.idsPerHeartbeat() - peer.idsAskedOfIt);
    peer.idsAskedOfIt += asked.size();
    for (int at = 0; at < asked.size(); at += IDS_AT_A_TIME) {
      sink.send(peer.id, new IWant(asked.subList(at, Math.min(asked.size(), at + IDS_AT_A_TIME))));
    }
    promises.add(asked.get(0), peer.id, nowMillis + parameters.timing().followUpMillis());
  }

  /** Sends what is asked for and still there. */
  void asked(PeerState peer, IWant iWant) {
    if (!heeds(peer)) {
      return;
    }
    for (MessageId id : iWant.ids()) {
      if (++peer.idsItAsked > parameters.gossip().idsPerHeartbeat()) {
        return;
      }
      PubsubMessage message = cache.take(id, peer.id, parameters.gossip().retransmissions());
      if (message != null) {
        sink.send(peer.id, message);
      }
    }
  }

  /** Remembers what need not be sent, and takes back what waits to be. */
  void unwanted(PeerState peer, IDontWant iDontWant, long tick) {
    GossipsubParameters.Relay caps = parameters.relay();
    if (++peer.iDontWants > caps.iDontWantPerHeartbeat()) {
      return;
    }
    for (MessageId id : iDontWant.ids()) {
      peer.doesNotWant(id, tick + caps.iDontWantHeartbeats(), caps.iDontWantIds());
      PubsubMessage message = cache.find(id);
      if (message != null) {
        sink.cancel(peer.id, message);
      }
    }
  }

  // ---- what we say ----

  /** Announces the last messages of a topic to some of its subscribers outside the mesh, and to those new in it. */
  void announce(String topic, Collection<PeerState> subscribers, Set<PeerState> inMesh, List<PeerState> fresh) {
    List<MessageId> ids = cache.announced(topic);
    if (ids.isEmpty()) {
      return;
    }
    List<PeerState> listeners = new ArrayList<>();
    for (PeerState peer : subscribers) {
      if (peer.version.meshes() && !peer.direct && !inMesh.contains(peer)
          && scores.score(peer.id) >= thresholds.gossip()) {
        listeners.add(peer);
      }
    }
    int share = (int) (parameters.gossip().factor() * listeners.size());
    List<PeerState> told = new ArrayList<>(peers.draw(listeners, Math.max(parameters.degrees().lazy(), share)));
    told.addAll(fresh);
    told.forEach(peer -> announce(topic, ids, peer));
  }

  private void announce(String topic, List<MessageId> ids, PeerState peer) {
    int most = parameters.gossip().idsPerHeartbeat();
    // Past the cap every peer hears of others, so that together they hear of all.
    List<MessageId> some = ids.size() > most ? peers.draw(new ArrayList<>(ids), most) : ids;
    for (int at = 0; at < some.size(); at += IDS_AT_A_TIME) {
      sink.send(peer.id, new IHave(topic, some.subList(at, Math.min(some.size(), at + IDS_AT_A_TIME))));
    }
  }

  void arrived(MessageId id) {
    promises.kept(id);
  }

  void forget(PeerId peer) {
    promises.forget(peer);
  }

  void punishBrokenPromises(long nowMillis) {
    promises.broken(nowMillis).forEach(scores::penalize);
  }
}
