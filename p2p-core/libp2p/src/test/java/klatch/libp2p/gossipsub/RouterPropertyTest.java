package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import klatch.libp2p.PeerId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever peers say, in whatever order, some things hold. */
class RouterPropertyTest {
  private static final int STEPS = 400;
  private static final int PEERS = 20;

  @Property(tries = 60)
  void aMessageIsDeliveredOnceAndNeighboursAreConnectedSubscribers(@ForAll long seed) {
    Random random = new Random(seed);
    RouterRig rig = new RouterRig();
    Set<PeerId> connected = new HashSet<>();
    List<PubsubMessage> messages = new ArrayList<>();
    rig.join();
    for (int step = 0; step < STEPS; step++) {
      PeerId peer = RouterRig.id(random.nextInt(PEERS));
      switch (random.nextInt(8)) {
        case 0 -> {
          rig.router.connected(peer, random.nextInt(4) == 0 ? PubsubVersion.FLOODSUB : PubsubVersion.MESHSUB_1_2,
              random.nextBoolean(), "192.0.2.1",
              rig.now);
          connected.add(peer);
        }
        case 1 -> {
          if (random.nextInt(4) == 0) {
            rig.router.disconnected(peer, rig.now);
            connected.remove(peer);
          }
        }
        case 2 -> rig.heartbeats(1);
        case 3 -> {
          rig.now += 250;
          rig.router.due(rig.now);
          rig.authenticateAll(random.nextInt(10) > 0);
          rig.validateAll(random.nextInt(3) == 0 ? Verdict.REJECT : Verdict.ACCEPT);
        }
        default -> rig.receive(peer, part(random, rig, messages));
      }
      assertHolds(rig, connected, seed);
    }
  }

  private static RpcPart part(Random random, RouterRig rig, List<PubsubMessage> messages) {
    if (messages.isEmpty() || random.nextInt(4) == 0) {
      messages.add(rig.message(RouterRig.id(random.nextInt(PEERS)), random.nextBoolean() ? 10 : 2_000));
    }
    PubsubMessage message = messages.get(random.nextInt(messages.size()));
    List<MessageId> ids = List.of(RouterRig.idOf(message));
    return switch (random.nextInt(9)) {
      case 0, 1, 2 -> new RpcPart.Subscription(RouterRig.TOPIC, random.nextInt(5) > 0);
      case 3 -> new RpcPart.Graft(RouterRig.TOPIC);
      case 4 -> new RpcPart.Prune(RouterRig.TOPIC, random.nextLong());
      case 5 -> new RpcPart.IHave(RouterRig.TOPIC, ids);
      case 6 -> new RpcPart.IWant(ids);
      case 7 -> new RpcPart.IDontWant(ids);
      default -> message;
    };
  }

  private static void assertHolds(RouterRig rig, Set<PeerId> connected, long seed) {
    List<PeerId> mesh = rig.router.mesh(RouterRig.TOPIC);
    assertThat(connected).as("seed %d", seed).containsAll(mesh);
    assertThat(rig.router.subscribers(RouterRig.TOPIC)).as("seed %d", seed).containsAll(mesh);
    assertThat(rig.delivered).as("seed %d", seed).doesNotHaveDuplicates();
  }
}
