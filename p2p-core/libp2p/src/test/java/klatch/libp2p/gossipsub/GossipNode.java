package klatch.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.PeerId;
import klatch.libp2p.Topic;

/** A host on loopback with pubsub, and what it received on one topic. */
final class GossipNode implements AutoCloseable {
  static final String TOPIC = "test/meetup";

  final Ed25519Key key = Ed25519Key.generate();
  final Host host;
  final Gossipsub pubsub;
  final Topic topic;
  final List<String> received = new CopyOnWriteArrayList<>();

  GossipNode(UnaryOperator<GossipsubOptions> options) {
    host = Libp2pHost.create(HostOptions.of(key).listen("/ip4/127.0.0.1/tcp/0"));
    pubsub = Gossipsub.start(host, options.apply(GossipsubOptions.of(key)));
    topic = pubsub.topic(TOPIC);
  }

  static List<GossipNode> several(int count, UnaryOperator<GossipsubOptions> options) {
    List<GossipNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(new GossipNode(options));
    }
    return nodes;
  }

  GossipNode subscribe() {
    topic.subscribe(message -> received.add(new String(message.data(), StandardCharsets.UTF_8)));
    return this;
  }

  PeerId id() {
    return host.id();
  }

  Connection connect(GossipNode other) {
    return host.connect(other.host.listenAddresses().get(0));
  }

  int publish(String text) {
    return topic.publish(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    pubsub.close();
    host.close();
  }
}
