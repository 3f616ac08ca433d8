package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Peerstore;
import klatch.libp2p.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pubsub among hosts of ours over loopback. */
class GossipsubIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private List<GossipNode> nodes = new ArrayList<>();

  private void start(int count, UnaryOperator<GossipsubOptions> options) {
    nodes = GossipNode.several(count, options);
    nodes.forEach(GossipNode::subscribe);
  }

  @AfterEach
  void stop() {
    nodes.forEach(GossipNode::close);
  }

  private void connectInALine() {
    for (int i = 1; i < nodes.size(); i++) {
      nodes.get(i).connect(nodes.get(i - 1));
    }
  }

  private void connectAll() {
    for (int i = 1; i < nodes.size(); i++) {
      for (int j = 0; j < i; j++) {
        nodes.get(i).connect(nodes.get(j));
      }
    }
  }

  private void awaitMeshes(int atLeast) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(nodes)
        .allSatisfy(node -> assertThat(node.pubsub.mesh(GossipNode.TOPIC)).hasSizeGreaterThanOrEqualTo(atLeast)));
  }

  @Test
  void aHostHasATopicByItselfAndOnlyOneGossipsub() {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (Host first = Host.create(HostOptions.of(Ed25519Key.generate()).listen("/ip4/127.0.0.1/tcp/0"));
        Host second = Host.create(HostOptions.of(Ed25519Key.generate()))) {
      first.topic("one").subscribe(message -> heard.add(new String(message.data(), StandardCharsets.UTF_8)));
      second.topic("one");
      second.connect(first.listenAddresses().getFirst());
      await().atMost(PATIENCE).until(() -> second.topic("one").peers().contains(first.id()));
      assertThat(second.topic("one").publish("hello".getBytes(StandardCharsets.UTF_8))).isEqualTo(1);
      await().atMost(PATIENCE).until(() -> heard.equals(List.of("hello")));
    }
    try (GossipNode node = new GossipNode(UnaryOperator.identity())) {
      assertThatThrownBy(() -> node.host.topic("one")).isInstanceOf(IllegalStateException.class);
    }
  }

  private void everybodyPublishes(int each) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      for (int n = 0; n < nodes.size(); n++) {
        String text = "message " + i + " of node " + n;
        nodes.get(n).publish(text);
        all.add(text);
      }
    }
    for (int n = 0; n < nodes.size(); n++) {
      List<String> expected = new ArrayList<>(all);
      String own = "of node " + n;
      expected.removeIf(text -> text.endsWith(own));
      GossipNode node = nodes.get(n);
      await().atMost(PATIENCE)
          .untilAsserted(() -> assertThat(node.received).containsExactlyInAnyOrderElementsOf(expected));
    }
  }

  @Test
  void everyMessageReachesEveryNodeOfALineOnce() {
    start(10, options -> options);
    connectInALine();
    IntStream.range(0, 10).forEach(n -> await().atMost(PATIENCE)
        .until(() -> nodes.get(n).pubsub.mesh(GossipNode.TOPIC).size() == (n == 0 || n == 9 ? 1 : 2)));
    everybodyPublishes(5);
  }

  @Test
  void everyMessageReachesEveryNodeOfAFullMeshOnce() {
    start(10, options -> options);
    connectAll();
    awaitMeshes(GossipsubParameters.DEFAULT.degrees().low());
    everybodyPublishes(5);
  }

  @Test
  void aLargeMessageComesWhole() {
    start(3, options -> options);
    connectInALine();
    awaitMeshes(1);
    String large = "x".repeat(RpcBounds.DATA_BYTES);
    nodes.get(0).publish(large);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(nodes.get(2).received).containsExactly(large));
  }

  @Test
  void aMessagePublishedWhileALinkIsDownIsAskedForAfterwards() {
    start(3, options -> options);
    connectInALine();
    awaitMeshes(1);
    Connection lost = nodes.get(2).host.connection(nodes.get(1).id()).orElseThrow();
    lost.close();
    await().atMost(PATIENCE).until(() -> nodes.get(1).topic.peers().size() == 1);
    nodes.get(0).publish("missed");
    await().atMost(PATIENCE).until(() -> nodes.get(1).received.contains("missed"));
    nodes.get(2).connect(nodes.get(1));
    // The new neighbour gets no copy by the mesh: only gossip can tell it of a message from before.
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(nodes.get(2).received).containsExactly("missed"));
  }

  @Test
  void aDirectPeerIsDialledAtTheStartAndAgainWhenItIsLost() {
    GossipNode there = new GossipNode(options -> options).subscribe();
    nodes.add(there);
    Ed25519Key key = Ed25519Key.generate();
    try (Host host = Host.create(HostOptions.of(key))) {
      host.peerstore().addAddresses(there.id(), there.host.listenAddresses(), Peerstore.Source.CONFIGURED);
      GossipsubParameters quick = GossipsubParameters.DEFAULT
          .withTiming(GossipsubParameters.Timing.DEFAULT.withHeartbeatMillis(50));
      try (Gossipsub pubsub = Gossipsub.start(host,
          GossipsubOptions.of(key).parameters(quick).directPeers(Set.of(there.id())));
          Topic topic = pubsub.topic(GossipNode.TOPIC)) {
        await().atMost(PATIENCE).until(() -> topic.peers().contains(there.id()));
        Connection first = host.connections().getFirst();
        there.host.connection(host.id()).orElseThrow().close();
        await().atMost(PATIENCE).until(() -> !first.isOpen() && topic.peers().contains(there.id()));
        topic.publish("back again".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        await().atMost(PATIENCE).until(() -> there.received.contains("back again"));
      }
    }
  }
}
