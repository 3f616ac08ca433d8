package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that write at random while their connections break at random have the same in the end. */
class SyncSimulationIT {
  private static final int NODES = 6;
  private static final int STEPS = 400;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 20260601, 77})
  void everybodyHasEverythingInTheEnd(long seed) throws MalformedMessageException {
    Random random = new Random(seed);
    List<TopicId> topics = List.of(new TopicId(bytes(random)), new TopicId(bytes(random)));
    List<SyncNode> nodes = new ArrayList<>();
    try {
      IntStream.range(0, NODES)
          .forEach(i -> nodes.add(new SyncNode(Ed25519Key.fromSeed(bytes(random)), TopicPolicy.OPEN)));
      nodes.forEach(node -> topics.forEach(node.sync::follow));
      for (int i = 1; i < NODES; i++) {
        nodes.get(i).keep(nodes.get(random.nextInt(i)));
        nodes.get(i).keep(nodes.get((i + 1) % NODES));
      }
      for (int step = 0; step < STEPS; step++) {
        SyncNode node = nodes.get(random.nextInt(NODES));
        if (random.nextInt(20) == 0) {
          node.host.connections().forEach(connection -> connection.close());
        } else {
          node.write(topics.get(random.nextInt(topics.size())), "step " + step + " of seed " + seed);
        }
      }
      for (TopicId topic : topics) {
        await("seed " + seed).atMost(Duration.ofSeconds(25)).untilAsserted(() -> {
          for (SyncNode node : nodes) {
            assertThat(node.state(topic)).as("seed " + seed).isEqualTo(nodes.getFirst().state(topic)).isNotEmpty();
          }
        });
      }
      assertThat(nodes).allSatisfy(node -> assertThat(node.store.lastPosition())
          .isEqualTo(nodes.getFirst().store.lastPosition()).isGreaterThan(STEPS / 2));
    } finally {
      nodes.forEach(SyncNode::close);
    }
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return bytes;
  }
}
