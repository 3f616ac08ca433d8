package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Topic;
import klatch.libp2p.gossipsub.Gossipsub;

/** GossipSub. */
final class GossipTrials {
  private static final Duration HEARTBEATS = Duration.ofSeconds(15);
  private static final int SEVERAL = 20;
  /** What all libraries ask for when they leave a topic. */
  private static final Duration BACKOFF = Duration.ofSeconds(10);

  private GossipTrials() {
  }

  static List<Feature> features() {
    Feature prune = new Feature("gossip: PRUNE, the backoff that it asks for, and a place in the mesh again",
        GossipTrials::prune, GossipTrials::prune);
    for (Library library : Library.values()) {
      prune = prune.without(library, "the same whoever dials", Feature.Direction.THEY_DIAL);
    }
    return List.of(new Feature("gossip, both ways", s -> gossip(s, true), s -> gossip(s, false)), prune);
  }

  private static void gossip(Strangers strangers, boolean weDial) throws Exception {
    Stranger stranger = strangers.usual();
    Ed25519Key key = Ed25519Key.generate();
    try (Libp2pHost host = OurHost.start(HostOptions.of(key).listen(Strangers.TCP));
        Gossipsub gossip = Gossipsub.start(host, key)) {
      String name = "trial-" + host.id();
      ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
      Topic topic = gossip.topic(name);
      topic.subscribe(message -> heard.add(text(message)));
      stranger.ask("subscribe", Map.of("topic", name));
      if (weDial) {
        host.connect(stranger.address(""));
      } else {
        OurHost.dialledBy(stranger, host);
      }
      // In the mesh from both sides: nothing depends on a heartbeat any more.
      await().atMost(HEARTBEATS).until(() -> gossip.mesh(name).contains(stranger.id()));
      await().atMost(HEARTBEATS).until(() -> stranger.ask("subscribers", Map.of("topic", name)).get("peers").toString()
          .contains(host.id().toString()));
      for (int i = 0; i < SEVERAL; i++) {
        topic.publish(("from us " + i).getBytes(StandardCharsets.UTF_8));
        stranger.ask("publish", Map.of("topic", name, "text", "from them " + i));
      }
      for (int i = 0; i < SEVERAL; i++) {
        String text = "from us " + i;
        assertThat(stranger.await("message", line -> text.equals(line.path("text").asText())
            && name.equals(line.path("topic").asText())).get("from").asText()).isEqualTo(host.id().toString());
      }
      await().atMost(HEARTBEATS).until(() -> heard.stream().filter(t -> t.startsWith("from them")).count() >= SEVERAL);
      assertThat(heard.stream().filter(t -> t.startsWith("from them")).distinct()).hasSize(SEVERAL);
      assertThat(stranger.count("message", line -> name.equals(line.path("topic").asText()))).isEqualTo(SEVERAL);
    }
  }

  /** They leave the topic and are back at once: nobody may graft before the backoff of a leave is over, and somebody must then. */
  private static void prune(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    Ed25519Key key = Ed25519Key.generate();
    try (Libp2pHost host = OurHost.start(HostOptions.of(key).listen(Strangers.TCP));
        Gossipsub gossip = Gossipsub.start(host, key)) {
      String name = "prune-" + host.id();
      gossip.topic(name).subscribe(message -> {
      });
      stranger.ask("subscribe", Map.of("topic", name));
      host.connect(stranger.address(""));
      await().atMost(HEARTBEATS).until(() -> gossip.mesh(name).contains(stranger.id()));
      long leftNanos = System.nanoTime();
      stranger.ask("unsubscribe", Map.of("topic", name));
      await().atMost(HEARTBEATS).until(() -> gossip.mesh(name).isEmpty());
      stranger.ask("subscribe", Map.of("topic", name));
      await().atMost(HEARTBEATS).until(() -> gossip.topic(name).peers().contains(stranger.id()));
      await().atMost(BACKOFF.plus(HEARTBEATS)).until(() -> gossip.mesh(name).contains(stranger.id()));
      assertThat(Duration.ofNanos(System.nanoTime() - leftNanos)).isGreaterThanOrEqualTo(BACKOFF);
      assertThat(gossip.score(stranger.id())).as("nobody grafted too early").isNotNegative();
    }
  }

  private static String text(Topic.Message message) {
    return new String(message.data(), StandardCharsets.UTF_8);
  }
}
