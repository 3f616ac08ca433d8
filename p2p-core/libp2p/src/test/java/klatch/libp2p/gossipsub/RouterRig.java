package klatch.libp2p.gossipsub;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.random.RandomGeneratorFactory;
import klatch.libp2p.PeerId;

/** One router with its inputs at hand and its outputs noted. Signatures are good and messages valid unless a test says otherwise. */
final class RouterRig implements RouterSink {
  static final String TOPIC = "t";
  static final PeerId SELF = id(1_000_000);

  final GossipsubRouter router;
  final Map<PeerId, List<RpcPart>> sent = new HashMap<>();
  final List<PubsubMessage> delivered = new ArrayList<>();
  final List<PubsubMessage> cancelled = new ArrayList<>();
  final Queue<Arrival> toAuthenticate = new ArrayDeque<>();
  final Queue<Arrival> toValidate = new ArrayDeque<>();
  long now = 10_000;
  private long number;

  RouterRig(GossipsubParameters parameters, ScoreParameters scoring, Set<PeerId> direct) {
    router = new GossipsubRouter(SELF, parameters, scoring, MessageIdFunction.AUTHOR_AND_NUMBER, direct,
        RandomGeneratorFactory.of("L64X128MixRandom").create(3), this);
  }

  RouterRig() {
    this(GossipsubParameters.DEFAULT, ScoreParameters.VENUE, Set.of());
  }

  static PeerId id(int number) {
    return PeerId.of(ByteBuffer.allocate(32).putInt(number).array());
  }

  static List<PeerId> ids(int from, int to) {
    List<PeerId> ids = new ArrayList<>();
    for (int i = from; i < to; i++) {
      ids.add(id(i));
    }
    return ids;
  }

  PeerId connect(int number, PubsubVersion version, boolean outbound, String ip) {
    PeerId peer = id(number);
    router.connected(peer, version, outbound, ip, now);
    return peer;
  }

  /** Peers of 1.2 that we have dialled and that want the topic. */
  List<PeerId> subscribed(int from, int to) {
    List<PeerId> peers = new ArrayList<>();
    for (int i = from; i < to; i++) {
      PeerId peer = connect(i, PubsubVersion.MESHSUB_1_2, true, "203.0.113." + i);
      receive(peer, new RpcPart.Subscription(TOPIC, true));
      peers.add(peer);
    }
    return peers;
  }

  void receive(PeerId from, RpcPart... parts) {
    router.receive(from, List.of(parts), now);
  }

  void join() {
    router.join(TOPIC, now);
  }

  void heartbeats(int count) {
    for (int i = 0; i < count; i++) {
      now += 1_000;
      router.heartbeat(now);
    }
  }

  PubsubMessage message(PeerId author, int bytes) {
    return PubsubMessage.unsigned(TOPIC, new byte[bytes], author,
        ByteBuffer.allocate(8).putLong(++number).array());
  }

  static MessageId idOf(PubsubMessage message) {
    return MessageIdFunction.AUTHOR_AND_NUMBER.id(message);
  }

  /** A message from {@code peer}, authenticated and validated at once. */
  void arrives(PeerId peer, PubsubMessage message) {
    receive(peer, message);
    authenticateAll(true);
    validateAll(Verdict.ACCEPT);
  }

  void authenticateAll(boolean good) {
    while (authenticateOne(good)) {
      // The next one.
    }
  }

  /** Says of the oldest message whether its signature is good; false if there is none. */
  boolean authenticateOne(boolean good) {
    Arrival next = toAuthenticate.poll();
    if (next != null) {
      router.authenticated(next, good, now);
    }
    return next != null;
  }

  void validateAll(Verdict verdict) {
    while (validateOne(verdict)) {
      // The next one.
    }
  }

  /** Decides on the oldest message; false if there is none. */
  boolean validateOne(Verdict verdict) {
    Arrival next = toValidate.poll();
    if (next != null) {
      router.validated(next, verdict, now);
    }
    return next != null;
  }

  /** What was sent to the peer since the last time, of one kind. */
  <T extends RpcPart> List<T> take(PeerId peer, Class<T> kind) {
    List<RpcPart> all = sent.getOrDefault(peer, new ArrayList<>());
    List<T> found = all.stream().filter(kind::isInstance).map(kind::cast).toList();
    all.removeIf(kind::isInstance);
    return found;
  }

  <T extends RpcPart> long count(Class<T> kind) {
    return sent.values().stream().flatMap(List::stream).filter(kind::isInstance).count();
  }

  void forgetSent() {
    sent.clear();
  }

  @Override
  public void send(PeerId peer, RpcPart part) {
    sent.computeIfAbsent(peer, key -> new ArrayList<>()).add(part);
  }

  @Override
  public void cancel(PeerId peer, PubsubMessage message) {
    cancelled.add(message);
  }

  @Override
  public void authenticate(Arrival arrival) {
    toAuthenticate.add(arrival);
  }

  @Override
  public void validate(Arrival arrival) {
    toValidate.add(arrival);
  }

  @Override
  public void deliver(PubsubMessage message) {
    delivered.add(message);
  }
}
