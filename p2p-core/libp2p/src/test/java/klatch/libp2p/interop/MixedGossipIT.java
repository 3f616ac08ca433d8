package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Topic;
import klatch.libp2p.gossipsub.Gossipsub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Every library there is and several of our hosts on one topic: what one publishes, each of the others gets once. */
class MixedGossipIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int OURS = 3;
  private static final int EACH = 4;

  private record Ours(Host host, Gossipsub gossipsub, Topic topic, List<String> heard) {
  }

  private final List<Strangers> libraries = new ArrayList<>();
  private final List<Ours> ours = new ArrayList<>();

  @AfterEach
  void stop() {
    ours.forEach(one -> {
      one.gossipsub.close();
      one.host.close();
    });
    libraries.forEach(Strangers::close);
  }

  private Ours start(String topicName) {
    Ed25519Key key = Ed25519Key.generate();
    Host host = OurHost.start(HostOptions.of(key).listen(Strangers.TCP));
    Gossipsub gossipsub = Gossipsub.start(host, key);
    Topic topic = gossipsub.topic(topicName);
    List<String> heard = new CopyOnWriteArrayList<>();
    topic.subscribe(message -> heard.add(new String(message.data(), StandardCharsets.UTF_8)));
    return new Ours(host, gossipsub, topic, heard);
  }

  @Test
  void everyMessageReachesEveryPeerOfEveryLibraryOnce() throws Exception {
    List<Stranger> strangers = new ArrayList<>();
    for (Library library : Library.values()) {
      if (library.presence() instanceof Library.Present) {
        Strangers of = new Strangers(library);
        libraries.add(of);
        strangers.add(of.with());
      }
    }
    Assumptions.assumeFalse(strangers.isEmpty(), "no other libp2p library can be had here");
    String name = "mixed";
    for (int i = 0; i < OURS; i++) {
      Ours next = start(name);
      for (Ours before : ours) {
        next.host.connect(before.host.listenAddresses().getFirst());
      }
      ours.add(next);
    }
    for (Stranger stranger : strangers) {
      stranger.ask("subscribe", Map.of("topic", name));
      // Strangers hear of each other only through us.
      ours.get(0).host.connect(stranger.address(""));
      ours.get(1).host.connect(stranger.address(""));
    }
    for (Stranger stranger : strangers) {
      await().atMost(PATIENCE).until(() -> ours.get(0).gossipsub.mesh(name).contains(stranger.id()));
      await().atMost(PATIENCE).until(() -> ours.get(1).gossipsub.mesh(name).contains(stranger.id()));
    }
    await().atMost(PATIENCE).until(() -> ours.get(2).gossipsub.mesh(name).size() == OURS - 1);

    List<String> fromUs = new ArrayList<>();
    List<String> fromThem = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      for (int s = 0; s < strangers.size(); s++) {
        String text = "message " + i + " of stranger " + s;
        strangers.get(s).ask("publish", Map.of("topic", name, "text", text));
        fromThem.add(text);
      }
      String text = "message " + i + " of ours";
      ours.get(2).topic.publish(text.getBytes(StandardCharsets.UTF_8));
      fromUs.add(text);
    }
    assertArrived(strangers, name, fromUs, fromThem);
  }

  private void assertArrived(List<Stranger> strangers, String name, List<String> fromUs, List<String> fromThem)
      throws Exception {
    List<String> all = new ArrayList<>(fromThem);
    all.addAll(fromUs);
    await().atMost(PATIENCE)
        .untilAsserted(() -> assertThat(ours.get(0).heard).containsExactlyInAnyOrderElementsOf(all));
    await().atMost(PATIENCE)
        .untilAsserted(() -> assertThat(ours.get(2).heard).containsExactlyInAnyOrderElementsOf(fromThem));
    for (int s = 0; s < strangers.size(); s++) {
      String own = "of stranger " + s;
      for (String text : all) {
        if (!text.endsWith(own)) {
          strangers.get(s).await("message", line -> text.equals(line.path("text").asText()), PATIENCE);
          assertThat(strangers.get(s).count("message", line -> name.equals(line.path("topic").asText())
              && text.equals(line.path("text").asText()))).as(text).isEqualTo(1);
        }
      }
    }
  }
}
