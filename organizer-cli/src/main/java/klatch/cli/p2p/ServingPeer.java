package klatch.cli.p2p;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Stream;
import klatch.libp2p.Topic;
import klatch.libp2p.autonat.AutoNat;
import klatch.libp2p.autonat.AutoNatOptions;
import klatch.libp2p.autonat.AutoNatServer;
import klatch.libp2p.dcutr.Dcutr;
import klatch.libp2p.gossipsub.Gossipsub;
import klatch.libp2p.kad.KadOptions;
import klatch.libp2p.kad.Kademlia;
import klatch.libp2p.relay.CircuitRelay;
import klatch.libp2p.relay.RelayClient;
import klatch.libp2p.relay.RelayLimits;
import klatch.libp2p.relay.RelayReservation;

/** A peer with a new identity that serves all protocols there are, and echo. */
final class ServingPeer implements AutoCloseable {
  static final String ECHO = "/klatch-test/echo/1.0.0";
  /** Answers are not answered, or two of us would never stop. */
  static final String ANSWER_PREFIX = "re:";
  private static final int CHUNK_BYTES = 64 * 1024;

  private final Host host;
  private final Gossipsub gossip;
  private final Kademlia kademlia;
  private final RelayClient relayed;
  /** What else it serves: a relay, dial-backs, hole punching. */
  private final List<AutoCloseable> services;

  /** One message that came. */
  record Heard(String topic, String from, String text) {}

  private ServingPeer(Host host, Gossipsub gossip, Kademlia kademlia, RelayClient relayed,
      List<AutoCloseable> services) {
    this.host = host;
    this.gossip = gossip;
    this.kademlia = kademlia;
    this.relayed = relayed;
    this.services = services;
  }

  /**
   * @throws IllegalArgumentException       if one of the texts is not an address to listen on
   * @throws klatch.libp2p.ListenException if one cannot be listened on
   */
  static ServingPeer start(List<String> listen) {
    var key = Ed25519Key.generate();
    var host = Host.create(HostOptions.of(key).listen(listen.toArray(String[]::new)));
    host.handle(ECHO, ServingPeer::echo);
    return new ServingPeer(host, Gossipsub.start(host, key), Kademlia.start(host, KadOptions.DEFAULT),
        RelayClient.start(host), List.of(CircuitRelay.serve(host, RelayLimits.DEFAULT),
            AutoNatServer.serve(host, AutoNatOptions.DEFAULT), AutoNat.start(host), Dcutr.start(host)));
  }

  private static void echo(Stream stream) throws IOException {
    var buffer = new byte[CHUNK_BYTES];
    for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
      stream.output().write(buffer, 0, n);
    }
  }

  /** Joins a topic, passes on every message, and answers each that is not itself an answer. */
  void answer(String name, Consumer<Heard> listener) {
    var topic = gossip.topic(name);
    topic.subscribe(message -> {
      var text = new String(message.data(), StandardCharsets.UTF_8);
      listener.accept(new Heard(name, message.author().map(Object::toString).orElse(""), text));
      if (!text.startsWith(ANSWER_PREFIX)) {
        topic.publish((ANSWER_PREFIX + text).getBytes(StandardCharsets.UTF_8));
      }
    });
  }

  Topic topic(String name) {
    return gossip.topic(name);
  }

  /** Takes a place at a relay, so that others may reach us there. */
  RelayReservation reserve(Multiaddr at) {
    return relayed.reserve(at);
  }

  Host host() {
    return host;
  }

  List<String> addresses() {
    return host.listenAddresses().stream().map(Object::toString).toList();
  }

  @Override
  public void close() {
    for (AutoCloseable service : services) {
      try {
        service.close();
      } catch (Exception e) {
        throw new IllegalStateException("a service of the peer does not close", e);
      }
    }
    relayed.close();
    kademlia.close();
    gossip.close();
    host.close();
  }
}
