package klatch.libp2p.gossipsub;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.Stream;
import klatch.libp2p.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * GossipSub on a host: to every connected peer that speaks it, one stream out and one in. Who is connected is the application's part, direct
 * peers apart. Safe for any thread.
 */
public final class Gossipsub implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gossipsub.class);
  /** How long a peer that talks to us may take to let us talk to it. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(15);
  /** Counted against a peer for an RPC that cannot be read (P7). */
  private static final double MALFORMED_PENALTY = 5;
  /** A peer that ends our stream while connected gets a new one, so often in the life of the connection. */
  private static final int REOPENINGS = 5;

  private final Host host;
  private final GossipsubOptions options;
  private final MessageSigning signing;
  private final RouterDriver driver;
  private final DirectPeers direct;
  private final Map<PeerId, PeerLink> links = new HashMap<>();
  private final Map<Connection, Integer> reopenings = new ConcurrentHashMap<>();
  private final Map<PeerId, Stream> inbound = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Gossipsub(Host host, GossipsubOptions options) {
    this.host = host;
    this.options = options;
    Instant now = Instant.now();
    this.signing = new MessageSigning(options.signatures(), options.key(),
        now.getEpochSecond() * 1_000_000_000L + now.getNano());
    this.driver = new RouterDriver(host.id(), options, signing);
    this.direct = new DirectPeers(host, options.directPeers(), options.parameters().timing().heartbeatMillis());
  }

  /** Starts with {@link GossipsubOptions#of}. */
  public static Gossipsub start(Host host, PrivateKey key) {
    return start(host, GossipsubOptions.of(key));
  }

  /**
   * @throws IllegalArgumentException if the key is not the host's
   * @throws IllegalStateException if the host gossips already
   */
  public static Gossipsub start(Host host, GossipsubOptions options) {
    if (!options.key().peerId().equals(host.id())) {
      throw new IllegalArgumentException("the key of " + options.key().peerId() + " for the host " + host.id());
    }
    if (host.protocols().stream().anyMatch(PubsubVersion.PROTOCOLS::contains)) {
      throw new IllegalStateException("another Gossipsub runs on the host " + host.id());
    }
    Gossipsub gossipsub = new Gossipsub(host, options);
    gossipsub.driver.start();
    PubsubVersion.PROTOCOLS.forEach(protocol -> host.handle(protocol, gossipsub::read));
    host.onConnection(gossipsub::ensureLink);
    host.connections().forEach(gossipsub::ensureLink);
    gossipsub.direct.start();
    return gossipsub;
  }

  /** The topic of this name; nothing is said about it to anybody before it is used. */
  public Topic topic(String name) {
    return new OpenTopic(name);
  }

  /** Lets {@code validator} decide on messages of {@code topic}, in place of the validator there was. */
  public void validate(String topic, Validator validator) {
    driver.validator(topic, validator);
  }

  /** The neighbours in the mesh of a joined topic. */
  public List<PeerId> mesh(String topic) {
    return driver.step(router -> router.mesh(topic));
  }

  /** What this node thinks of a connected peer; docs/spec/gossipsub.md says what the figure means. */
  public double score(PeerId peer) {
    return driver.step(router -> router.score(peer));
  }

  // ---- sending ----

  private void ensureLink(Connection connection) {
    PeerLink link;
    synchronized (links) {
      if (closed.get() || links.containsKey(connection.remotePeer()) || !connection.isOpen()) {
        return;
      }
      link = new PeerLink(connection, options.writeTimeout(), new LinkEvents());
      links.put(connection.remotePeer(), link);
    }
    Thread.ofVirtual().name("gossipsub-to-" + connection.remotePeer()).start(link::run);
    // A writer with nothing to write would not notice.
    connection.onClose(gone -> link.close());
  }

  private Optional<PeerLink> link(PeerId peer) {
    synchronized (links) {
      return Optional.ofNullable(links.get(peer));
    }
  }

  private final class LinkEvents implements PeerLink.Events {
    @Override
    public void opened(PeerLink link, PubsubVersion version) {
      Connection connection = link.connection();
      driver.connected(link, version, connection.outbound(), ip(connection));
    }

    @Override
    public void ended(PeerLink link, boolean wasOpen, String reason) {
      synchronized (links) {
        links.remove(link.peer(), link);
      }
      driver.disconnected(link);
      Connection connection = link.connection();
      if (!connection.isOpen()) {
        reopenings.remove(connection);
        host.connection(link.peer()).ifPresent(Gossipsub.this::ensureLink);
      } else if (wasOpen && !link.gaveUp() && reopenings.merge(connection, 1, Integer::sum) <= REOPENINGS) {
        ensureLink(connection);
      }
    }
  }

  /** The address without port; a peer behind a relay shares its address with nobody. */
  private static String ip(Connection connection) {
    String address = connection.remoteAddress().toString();
    String[] parts = address.split("/", 4);
    return address.contains("/p2p-circuit") || parts.length < 3 ? address : parts[2];
  }

  // ---- receiving ----

  private void read(Stream stream) throws IOException, MalformedMessageException {
    PeerId peer = stream.remotePeer();
    Stream before = inbound.put(peer, stream);
    if (before != null) {
      before.reset();
    }
    try {
      ensureLink(stream.connection());
      Optional<PeerLink> link = link(peer);
      if (link.isEmpty() || !link.get().awaitOpen(ANSWER_PATIENCE)) {
        throw new IOException("the peer does not let us speak pubsub to it");
      }
      RpcInput rpcs = new RpcInput(stream.input());
      for (byte[] rpc = rpcs.next(); rpc != null; rpc = rpcs.next()) {
        if (!driver.ignores(peer)) {
          driver.receive(peer, RpcCodec.decode(rpc, rpc.length));
        }
      }
    } catch (MalformedMessageException e) {
      LOG.debug("a malformed RPC of {}: {}", peer, e.getMessage());
      driver.step(router -> {
        router.penalize(peer, MALFORMED_PENALTY);
        return true;
      });
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      inbound.remove(peer, stream);
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    PubsubVersion.PROTOCOLS.forEach(host::removeHandler);
    direct.close();
    driver.close();
    inbound.values().forEach(Stream::reset);
  }

  private final class OpenTopic implements Topic {
    private final String name;

    OpenTopic(String name) {
      int bytes = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
      if (bytes == 0 || bytes > RpcBounds.TOPIC_BYTES) {
        throw new IllegalArgumentException(
            "topic name of " + bytes + " bytes, expected 1 to " + RpcBounds.TOPIC_BYTES);
      }
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void subscribe(Consumer<Message> subscriber) {
      driver.subscribe(name,
          new Subscriber(name, subscriber::accept));
      driver.step(router -> router.join(name, RouterDriver.nowMillis()));
    }

    @Override
    public int publish(byte[] data) {
      if (data.length > RpcBounds.DATA_BYTES) {
        throw new IllegalArgumentException(
            "message of " + data.length + " bytes, at most " + RpcBounds.DATA_BYTES);
      }
      PubsubMessage message = signing.message(name, data);
      return driver.step(router -> router.publish(message, RouterDriver.nowMillis())).peers();
    }

    @Override
    public List<PeerId> peers() {
      return driver.step(router -> router.subscribers(name));
    }

    @Override
    public void close() {
      driver.step(router -> router.leave(name, RouterDriver.nowMillis()));
      driver.unsubscribeAll(name);
    }
  }
}
