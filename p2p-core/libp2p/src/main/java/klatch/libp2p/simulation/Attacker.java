package klatch.libp2p.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import klatch.libp2p.gossipsub.MessageId;
import klatch.libp2p.gossipsub.PubsubMessage;
import klatch.libp2p.gossipsub.RpcPart;

/** A peer that takes part only to harm: it passes nothing on, grafts whomever it reaches, and regrafts against every backoff. */
final class Attacker implements Network.Peer {
  private static final long PERIOD_MICROS = 1_000_000;
  private static final int INVALID_EACH_PERIOD = 5;
  private static final int BOGUS_IDS_EACH_PERIOD = 500;

  private final int index;
  private final Setup.Kind kind;
  private final String topic;
  private final Network network;
  private final Schedule schedule;
  private final RandomGenerator random;
  private final Set<Integer> victims = new LinkedHashSet<>();
  private long number;

  Attacker(int index, Setup.Kind kind, String topic, Network network, Schedule schedule, RandomGenerator random) {
    this.index = index;
    this.kind = kind;
    this.topic = topic;
    this.network = network;
    this.schedule = schedule;
    this.random = random;
    schedule.in(random.nextLong(PERIOD_MICROS), this::harm);
  }

  private void harm() {
    for (int victim : victims) {
      List<RpcPart> rpc = new ArrayList<>();
      rpc.add(new RpcPart.Graft(topic));
      if (kind == Setup.Kind.SPAM) {
        for (int i = 0; i < INVALID_EACH_PERIOD; i++) {
          rpc.add(invalid());
        }
        rpc.add(new RpcPart.IHave(topic, bogusIds()));
      }
      network.send(index, victim, rpc);
    }
    schedule.in(PERIOD_MICROS, this::harm);
  }

  private PubsubMessage invalid() {
    byte[] seqno = ByteBuffer.allocate(8).putLong(number++).array();
    byte[] data = new byte[512];
    data[0] = RouterPeer.INVALID;
    return PubsubMessage.unsigned(topic, data, Network.id(index), seqno);
  }

  private List<MessageId> bogusIds() {
    List<MessageId> ids = new ArrayList<>(BOGUS_IDS_EACH_PERIOD);
    for (int i = 0; i < BOGUS_IDS_EACH_PERIOD; i++) {
      byte[] id = new byte[46];
      random.nextBytes(id);
      ids.add(MessageId.of(id));
    }
    return ids;
  }

  @Override
  public void connected(int peer, boolean outbound) {
    victims.add(peer);
    network.send(index, peer, List.of(new RpcPart.Subscription(topic, true), new RpcPart.Graft(topic)));
  }

  @Override
  public void disconnected(int peer) {
    victims.remove(peer);
  }

  @Override
  public void received(int peer, List<RpcPart> rpc) {
    // It listens to nobody.
  }
}
