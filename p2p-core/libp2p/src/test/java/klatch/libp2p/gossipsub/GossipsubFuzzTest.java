package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
  private static final class Steps {
    private final FuzzedDataProvider input;
    private final Set<PeerId> connected = new HashSet<>();
    private final RouterRig rig = new RouterRig();
    private int accepted;

    Steps(FuzzedDataProvider input) {
      this.input = input;
    }

    void run() {
      for (int i = 0; i < MOST_STEPS && input.remainingBytes() > 0; i++) {
        rig.now += input.consumeInt(0, 2_000);
        step();
        assertThat(connected).containsAll(rig.sent.keySet());
        rig.forgetSent();
        for (String topic : TOPICS) {
          assertThat(connected).containsAll(rig.router.mesh(topic));
        }
      }
      assertThat(rig.delivered).hasSizeLessThanOrEqualTo(accepted);
    }

    private PeerId peer() {
      return RouterRig.id(input.consumeInt(1, PEERS));
    }

    private void step() {
      switch (input.consumeInt(0, 8)) {
        case 0 -> {
          int number = input.consumeInt(1, PEERS);
          connected.add(RouterRig.id(number));
          rig.connect(number, input.pickValue(PubsubVersion.values()), input.consumeBoolean(),
              "10.0.0." + input.consumeInt(1, 3));
        }
        case 1 -> {
          PeerId peer = peer();
          connected.remove(peer);
          rig.router.disconnected(peer, rig.now);
        }
        case 2 -> rig.router.heartbeat(rig.now);
        case 3 -> rig.router.due(rig.now);
        case 4 -> rig.router.join(input.pickValue(TOPICS), rig.now);
        case 5 -> rig.router.leave(input.pickValue(TOPICS), rig.now);
        case 6 -> rig.authenticateOne(input.consumeBoolean());
        case 7 -> {
          Verdict verdict = input.pickValue(Verdict.values());
          accepted += rig.validateOne(verdict) && verdict == Verdict.ACCEPT ? 1 : 0;
        }
        default -> say();
      }
    }

    private void say() {
      byte[] bytes = input.consumeBytes(input.consumeInt(0, MOST_RPC_BYTES));
      try {
        rig.router.receive(peer(), RpcCodec.decode(bytes, bytes.length), rig.now);
      } catch (MalformedMessageException refused) {
        rig.router.penalize(peer(), 1);
      }
    }
  }
}
