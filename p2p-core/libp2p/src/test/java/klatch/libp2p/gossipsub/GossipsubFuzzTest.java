package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;

/** RPCs of any bytes, and the router under any order of events. */
final class GossipsubFuzzTest {
  private static final int PEERS = 6;
  private static final List<String> TOPICS = List.of("a", "b");
  private static final int MOST_STEPS = 200;
  private static final int MOST_RPC_BYTES = 300;

  @FuzzTest
  void anRpcThatCanBeReadHasNoMorePartsThanItsBounds(byte[] input) {
    try {
      int ids = 0;
      for (RpcPart part : RpcCodec.decode(input, input.length)) {
        ids += switch (part) {
          case RpcPart.IHave iHave -> iHave.ids().size();
          case RpcPart.IWant iWant -> iWant.ids().size();
          case RpcPart.IDontWant iDontWant -> iDontWant.ids().size();
          default -> 0;
        };
      }
      assertThat(ids).isLessThanOrEqualTo(input.length);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void theRouterTalksToConnectedPeersAloneWhateverTheySay(FuzzedDataProvider input) {
    new Steps(input).run();
  }

  /** A router whose every input comes out of the fuzzer's bytes. */
  private static final class Steps implements RouterSink {
    private final FuzzedDataProvider input;
    private final List<PeerId> ids = new ArrayList<>();
    private final Set<PeerId> connected = new HashSet<>();
    private final Deque<Arrival> toAuthenticate = new ArrayDeque<>();
    private final Deque<Arrival> toValidate = new ArrayDeque<>();
    private final GossipsubRouter router;
    private long now = 1_000;
    private int delivered;
    private int accepted;

    Steps(FuzzedDataProvider input) {
      this.input = input;
      for (int i = 0; i <= PEERS; i++) {
        byte[] seed = new byte[32];
        seed[0] = (byte) i;
        ids.add(Ed25519Key.fromSeed(seed).peerId());
      }
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
      router = new GossipsubRouter(ids.getFirst(), GossipsubParameters.DEFAULT, ScoreParameters.VENUE,
          MessageIdFunction.AUTHOR_AND_NUMBER, Set.of(), random, this);
    }

    void run() {
      for (int i = 0; i < MOST_STEPS && input.remainingBytes() > 0; i++) {
        now += input.consumeInt(0, 2_000);
        step();
        for (String topic : TOPICS) {
          assertThat(connected).containsAll(router.mesh(topic));
        }
      }
      assertThat(delivered).isLessThanOrEqualTo(accepted);
    }

    private PeerId peer() {
      return ids.get(input.consumeInt(1, PEERS));
    }

    private void step() {
      switch (input.consumeInt(0, 8)) {
        case 0 -> {
          PeerId peer = peer();
          connected.add(peer);
          router.connected(peer, input.pickValue(PubsubVersion.values()),
              input.consumeBoolean(), "10.0.0." + input.consumeInt(1, 3), now);
        }
        case 1 -> {
          PeerId peer = peer();
          connected.remove(peer);
          router.disconnected(peer, now);
        }
        case 2 -> router.heartbeat(now);
        case 3 -> router.due(now);
        case 4 -> router.join(input.pickValue(TOPICS), now);
        case 5 -> router.leave(input.pickValue(TOPICS), now);
        case 6 -> {
          if (!toAuthenticate.isEmpty()) {
            router.authenticated(toAuthenticate.removeFirst(), input.consumeBoolean(), now);
          }
        }
        case 7 -> {
          if (!toValidate.isEmpty()) {
            Verdict verdict = input.pickValue(Verdict.values());
            accepted += verdict == Verdict.ACCEPT ? 1 : 0;
            router.validated(toValidate.removeFirst(), verdict, now);
          }
        }
        default -> say();
      }
    }

    private void say() {
      byte[] bytes = input.consumeBytes(input.consumeInt(0, MOST_RPC_BYTES));
      try {
        router.receive(peer(), RpcCodec.decode(bytes, bytes.length), now);
      } catch (MalformedMessageException refused) {
        router.penalize(peer(), 1);
      }
    }

    @Override
    public void send(PeerId to, RpcPart part) {
      assertThat(connected).contains(to);
    }

    @Override
    public void cancel(PeerId to, PubsubMessage message) {
      // Nothing waits here.
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
      delivered++;
    }
  }
}
