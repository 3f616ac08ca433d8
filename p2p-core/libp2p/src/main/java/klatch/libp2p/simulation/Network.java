package klatch.libp2p.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.PubsubMessage;
import klatch.libp2p.gossipsub.PubsubVersion;
import klatch.libp2p.gossipsub.RpcPart;

/**
 * The simulated network: peers, the connections between them, and how long bytes take. A connection keeps order, as TCP does; bytes leave a
 * peer one RPC after another at its uplink's rate.
 */
final class Network {
  /** How a peer takes part. */
  interface Peer {
    void connected(int peer, boolean outbound);

    void disconnected(int peer);

    void received(int peer, List<RpcPart> rpc);
  }

  /** One direction of a connection. */
  private static final class Link {
    final long latencyMicros;
    long lastArrivalMicros;
    boolean open = true;

    Link(long latencyMicros) {
      this.latencyMicros = latencyMicros;
    }
  }

  private final Conditions conditions;
  private final Schedule schedule;
  private final Figures figures;
  private final RandomGenerator random;
  private final List<Peer> peers = new ArrayList<>();
  private final List<PeerId> ids = new ArrayList<>();
  private final Map<PeerId, Integer> indexes = new HashMap<>();
  private final List<Map<Integer, Link>> links = new ArrayList<>();
  private final List<Long> uplinkFreeMicros = new ArrayList<>();
  private long split = Long.MAX_VALUE;

  Network(Conditions conditions, Schedule schedule, Figures figures, long seed) {
    this.conditions = conditions;
    this.schedule = schedule;
    this.figures = figures;
    this.random = random(seed);
  }

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  RandomGenerator random() {
    return random;
  }

  /** A peer id for the peer of this number; no key belongs to it. */
  static PeerId id(int index) {
    byte[] key = new byte[32];
    java.nio.ByteBuffer.wrap(key).putInt(index);
    return PeerId.of(key);
  }

  void add(Peer peer) {
    PeerId id = id(peers.size());
    indexes.put(id, peers.size());
    ids.add(id);
    peers.add(peer);
    links.add(new java.util.LinkedHashMap<>());
    uplinkFreeMicros.add(0L);
  }

  int size() {
    return peers.size();
  }

  PeerId idOf(int index) {
    return ids.get(index);
  }

  int index(PeerId id) {
    return indexes.getOrDefault(id, -1);
  }

  // ---- connections ----

  boolean connected(int from, int to) {
    return links.get(from).containsKey(to);
  }

  List<Integer> connections(int peer) {
    return List.copyOf(links.get(peer).keySet());
  }

  /** {@code from} dials {@code to}; false if they are connected, or in different halves of a split network. */
  boolean connect(int from, int to) {
    if (from == to || connected(from, to) || split(from, to)) {
      return false;
    }
    long latency = conditions.latencyMicros(random);
    links.get(from).put(to, new Link(latency));
    links.get(to).put(from, new Link(latency));
    peers.get(from).connected(to, true);
    peers.get(to).connected(from, false);
    return true;
  }

  void disconnect(int one, int other) {
    close(one, other);
    close(other, one);
  }

  private void close(int from, int to) {
    Link link = links.get(from).remove(to);
    if (link != null) {
      link.open = false;
      peers.get(from).disconnected(to);
    }
  }

  void disconnectAll(int peer) {
    connections(peer).forEach(other -> disconnect(peer, other));
  }

  /** From now on peers below {@code border} and the others do not reach each other. */
  void split(int border) {
    split = border;
    for (int peer = 0; peer < border; peer++) {
      int one = peer;
      connections(peer).stream().filter(other -> split(one, other)).forEach(other -> disconnect(one, other));
    }
  }

  void heal() {
    split = Long.MAX_VALUE;
  }

  private boolean split(int one, int other) {
    return (one < split) != (other < split);
  }

  // ---- bytes ----

  void send(int from, int to, List<RpcPart> rpc) {
    Link link = links.get(from).get(to);
    if (link == null) {
      return;
    }
    int bytes = 0;
    for (RpcPart part : rpc) {
      bytes += Sizes.of(part);
    }
    long departs = Math.max(schedule.nowMicros(), uplinkFreeMicros.get(from)) + conditions.sendingMicros(bytes);
    uplinkFreeMicros.set(from, departs);
    long jitter = conditions.jitterMicros() == 0 ? 0 : random.nextLong(conditions.jitterMicros());
    long arrives = Math.max(link.lastArrivalMicros, departs + link.latencyMicros + jitter);
    link.lastArrivalMicros = arrives;
    boolean lost = conditions.loss() > 0 && random.nextDouble() < conditions.loss();
    figures.sent(from, bytes, rpc, lost);
    if (!lost) {
      schedule.at(arrives, () -> {
        if (link.open) {
          deliver(from, to, rpc);
        }
      });
    }
  }

  private void deliver(int from, int to, List<RpcPart> rpc) {
    for (RpcPart part : rpc) {
      if (part instanceof PubsubMessage message) {
        figures.copyArrived(to, message);
      }
    }
    peers.get(to).received(from, rpc);
  }

  static PubsubVersion version() {
    return PubsubVersion.MESHSUB_1_2;
  }
}
