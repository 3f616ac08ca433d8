package klatch.libp2p.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.Arrival;
import klatch.libp2p.gossipsub.GossipsubParameters;
import klatch.libp2p.gossipsub.GossipsubRouter;
import klatch.libp2p.gossipsub.MessageIdFunction;
import klatch.libp2p.gossipsub.PubsubMessage;
import klatch.libp2p.gossipsub.RouterSink;
import klatch.libp2p.gossipsub.RpcPart;
import klatch.libp2p.gossipsub.ScoreParameters;
import klatch.libp2p.gossipsub.Verdict;

/** An honest peer: the router that hosts run too, in simulated time. */
final class RouterPeer implements Network.Peer, RouterSink {
  /** Data that begins with this byte is what validators reject. */
  static final byte INVALID = 'x';

  private final int index;
  private final Network network;
  private final Schedule schedule;
  private final Figures figures;
  private final Conditions conditions;
  private final GossipsubParameters parameters;
  private final GossipsubRouter router;
  /** What the current step says to each peer: one RPC, as a queue would make of it. */
  private final Map<PeerId, List<RpcPart>> said = new LinkedHashMap<>();
  private long dueAtMillis = Long.MAX_VALUE;
  private boolean online = true;
  private long number;

  RouterPeer(int index, Network network, Schedule schedule, Figures figures, Conditions conditions,
      GossipsubParameters parameters, ScoreParameters scoring, RandomGenerator random) {
    this.index = index;
    this.network = network;
    this.schedule = schedule;
    this.figures = figures;
    this.conditions = conditions;
    this.parameters = parameters;
    this.router = new GossipsubRouter(Network.id(index), parameters, scoring, MessageIdFunction.AUTHOR_AND_NUMBER,
        Set.of(), random, this);
    long heartbeatMicros = parameters.timing().heartbeatMillis() * 1_000;
    schedule.in(random.nextLong(heartbeatMicros), this::heartbeat);
  }

  private void heartbeat() {
    if (online) {
      step(() -> router.heartbeat(schedule.nowMillis()));
    }
    schedule.in(parameters.timing().heartbeatMillis() * 1_000, this::heartbeat);
  }

  /** One step of the router; then what it said is sent. */
  private void step(Runnable input) {
    input.run();
    Map<PeerId, List<RpcPart>> out = new LinkedHashMap<>(said);
    said.clear();
    out.forEach((peer, rpc) -> network.send(index, network.index(peer), rpc));
    long due = router.nextDueMillis();
    if (due < dueAtMillis) {
      dueAtMillis = due;
      schedule.at(due * 1_000, this::due);
    }
  }

  private void due() {
    dueAtMillis = Long.MAX_VALUE;
    step(() -> router.due(schedule.nowMillis()));
  }

  void join(String topic) {
    step(() -> router.join(topic, schedule.nowMillis()));
  }

  PubsubMessage publish(String topic, byte[] data, java.util.function.Consumer<PubsubMessage> before) {
    byte[] seqno = new byte[8];
    java.nio.ByteBuffer.wrap(seqno).putLong(number++);
    PubsubMessage message = PubsubMessage.unsigned(topic, data, Network.id(index), seqno);
    before.accept(message);
    step(() -> router.publish(message, schedule.nowMillis()));
    return message;
  }

  void online(boolean value) {
    online = value;
  }

  boolean isOnline() {
    return online;
  }

  int meshSize(String topic) {
    return router.mesh(topic).size();
  }

  List<PeerId> mesh(String topic) {
    return router.mesh(topic);
  }

  double score(int peer) {
    return router.score(Network.id(peer));
  }

  // ---- the network ----

  @Override
  public void connected(int peer, boolean outbound) {
    String ip = "198." + (18 + (peer >> 16)) + "." + ((peer >> 8) & 0xff) + "." + (peer & 0xff);
    step(() -> router.connected(network.idOf(peer), Network.version(), outbound, ip, schedule.nowMillis()));
  }

  @Override
  public void disconnected(int peer) {
    step(() -> router.disconnected(network.idOf(peer), schedule.nowMillis()));
  }

  @Override
  public void received(int peer, List<RpcPart> rpc) {
    step(() -> router.receive(network.idOf(peer), rpc, schedule.nowMillis()));
  }

  // ---- the router's outputs ----

  @Override
  public void send(PeerId peer, RpcPart part) {
    said.computeIfAbsent(peer, key -> new ArrayList<>(2)).add(part);
  }

  @Override
  public void cancel(PeerId peer, PubsubMessage message) {
    // What was said is on its way: the simulated queues are inside the uplink.
  }

  @Override
  public void authenticate(Arrival arrival) {
    figures.hop(index, network.index(arrival.source()), arrival.message());
    schedule.in(conditions.processingMicros(),
        () -> step(() -> router.authenticated(arrival, true, schedule.nowMillis())));
  }

  @Override
  public void validate(Arrival arrival) {
    byte[] data = arrival.message().data();
    Verdict verdict = data.length > 0 && data[0] == INVALID ? Verdict.REJECT : Verdict.ACCEPT;
    schedule.in(0, () -> step(() -> router.validated(arrival, verdict, schedule.nowMillis())));
  }

  @Override
  public void deliver(PubsubMessage message) {
    figures.delivered(index, message, schedule.nowMicros());
  }
}
