package klatch.libp2p;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import klatch.libp2p.gossipsub.Gossipsub;
import klatch.libp2p.host.ConnectionTable;
import klatch.libp2p.host.MemoryPeerstore;
import klatch.libp2p.host.PeerstoreFile;
import klatch.libp2p.host.Ports;
import klatch.libp2p.host.UpgradedConnection;
import klatch.libp2p.host.Upgrades;
import klatch.libp2p.host.Workers;
import klatch.libp2p.identify.Identify;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.identify.SignedEnvelope;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.TcpTransport;
import klatch.libp2p.transport.Transport;
import klatch.libp2p.transport.Upgrader;
import klatch.libp2p.websocket.WebSocketTransport;
import klatch.libp2p.yamux.BufferBudget;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host over TCP and whatever other transports it is given, Noise and yamux. It answers identify and ping from the start, and asks every
 * peer it connects with who it is. Every thread of it is virtual.
 */
public final class Libp2pHost implements Host {
  private static final Logger LOG = LoggerFactory.getLogger(Libp2pHost.class);
  /** How often deadlines are looked at. */
  private static final Duration TICK = Duration.ofMillis(100);
  /** How often the peerstore is written, if it has changed. */
  private static final Duration SAVE_EVERY = Duration.ofSeconds(30);
  /** What peers get to close their side when the host closes. */
  private static final Duration GOODBYE = Duration.ofMillis(60);
  /** How long closing waits for the threads of handlers after that. */
  private static final Duration THREADS_END = Duration.ofMillis(60);
  /** Addresses of one peer that are tried. */
  private static final int MAX_DIALLED_ADDRESSES = 16;

  private final HostOptions options;
  private final PeerId id;
  private final Workers workers = new Workers();
  private final Ports ports;
  private final Upgrades upgrades;
  private final PeerTags tags = new PeerTags();
  private final ConnectionTable connections;
  private final ConcurrentHashMap<String, StreamHandler> handlers = new ConcurrentHashMap<>();
  private final Workers.Listeners<Connection> connectionListeners = workers.new Listeners<>();
  private final Workers.Listeners<Connection> disconnectionListeners = workers.new Listeners<>();
  private final Workers.Listeners<Connection> identifyListeners = workers.new Listeners<>();
  private final AtomicLong bufferedBytes = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final MemoryPeerstore peerstore;
  private final Optional<PeerstoreFile> peerstoreFile;
  private final Identify identify;
  private final Ownership ownership = new Ownership();
  private final Object pubsubLock = new Object();
  private @Nullable Gossipsub pubsub;

  private Libp2pHost(HostOptions options) {
    this.options = options;
    this.id = options.key().peerId();
    this.connections = new ConnectionTable(options.limits(), tags);
    this.upgrades = new Upgrades(options, connections, this::register);
    this.peerstore = new MemoryPeerstore(options.clock());
    this.peerstoreFile = options.peerstoreFile().map(file -> new PeerstoreFile(file, peerstore));
    this.identify = new Identify(ownership, options);
    this.ports = new Ports(id, List.of(new TcpTransport(), new WebSocketTransport()));
  }

  /**
   * Starts a host: when this returns it listens.
   *
   * @throws ListenException if an address cannot be listened on, for example because its port is taken
   */
  public static Libp2pHost create(HostOptions options) {
    Libp2pHost host = new Libp2pHost(options);
    host.peerstoreFile.ifPresent(PeerstoreFile::load);
    host.handle(Identify.PROTOCOL, host.identify::answer);
    host.handle(Identify.PUSH_PROTOCOL, host.identify::take);
    host.handle(Ping.PROTOCOL, Ping::answer);
    try {
      options.listen().forEach(host::listen);
    } catch (RuntimeException e) {
      host.close();
      throw e;
    }
    host.workers.execute(host::watchDeadlines);
    return host;
  }

  @Override
  public PeerId id() {
    return id;
  }

  // ---- listening ----

  @Override
  public void addTransport(Transport transport) {
    ports.addFirst(transport);
  }

  /**
   * Listens on one more address.
   *
   * @throws ListenException if that cannot be
   */
  public void listen(Multiaddr address) {
    ports.listen(address, ownership);
    identify.changed();
  }

  @Override
  public void announce(Multiaddr address) {
    if (ports.announce(address)) {
      identify.changed();
    }
  }

  @Override
  public void withdraw(Multiaddr address) {
    if (ports.withdraw(address)) {
      identify.changed();
    }
  }

  @Override
  public List<Multiaddr> listenAddresses() {
    return ports.addresses();
  }

  /** Our own signed record of where we listen. */
  public SignedEnvelope ownRecord() {
    return identify.ownRecord();
  }

  @Override
  public SignedEnvelope seal(String domain, byte[] payloadType, byte[] payload) {
    return SignedEnvelope.seal(options.key(), domain, payloadType, payload);
  }

  /** Takes a secured connection and starts to serve it. */
  private UpgradedConnection register(RawConnection raw, Upgrader.Upgraded upgraded, boolean outbound)
      throws IOException {
    if (upgraded.remoteKey().peerId().equals(id)) {
      throw new IOException("this is our own peer id " + id);
    }
    UpgradedConnection connection = new UpgradedConnection(ownership, options.limits(), raw, upgraded, outbound,
        new BufferBudget(bufferedBytes));
    connections.add(connection);
    workers.execute(connection::run);
    connectionListeners.tell(connection);
    workers.execute(() -> identify.introduce(connection));
    return connection;
  }

  /** The last inbound connections that did not come about, with the reason, oldest first. */
  public List<String> recentRefusals() {
    return upgrades.refusals();
  }

  // ---- dialling ----

  @Override
  public Connection connect(Multiaddr address) {
    if (closed.get()) {
      throw new DialException("this host is closed", false);
    }
    Transport transport = ports.dialling(address)
        .orElseThrow(() -> new DialException("cannot dial " + address + ": no transport for it", false));
    Optional<PeerId> expected = address.peer();
    if (expected.isPresent() && expected.get().equals(id)) {
      throw new DialException("cannot dial " + address + ": it is this host itself", false);
    }
    Optional<Connection> open = expected.flatMap(this::connection);
    return open.isPresent() ? open.get() : dial(transport, address, expected);
  }

  @Override
  public Connection connect(PeerId peer) {
    Optional<Connection> open = connection(peer);
    if (open.isPresent()) {
      return open.get();
    }
    DialException last = new DialException("no address of " + peer + " is known", true);
    for (Multiaddr address : peerstore.addresses(peer).stream().limit(MAX_DIALLED_ADDRESSES).toList()) {
      try {
        return connect(address.withPeer(peer));
      } catch (DialException e) {
        e.addSuppressed(last);
        last = e;
      }
    }
    throw last;
  }

  private Connection dial(Transport transport, Multiaddr address, Optional<PeerId> expected) {
    Connection connection = upgrades.dial(transport, address, expected);
    peerstore.addAddresses(connection.remotePeer(), List.of(address), Peerstore.Source.DIALLED);
    return connection;
  }

  @Override
  public Connection upgrade(RawConnection raw, boolean initiator, boolean outbound, Optional<PeerId> expected) {
    return upgrades.upgrade(raw, initiator, outbound, expected);
  }

  @Override
  public Optional<Connection> connection(PeerId peer) {
    return connections.to(peer).map(connection -> connection);
  }

  @Override
  public List<Connection> connections() {
    return List.copyOf(connections.open());
  }

  // ---- protocols and listeners ----

  @Override
  public void handle(String protocol, StreamHandler handler) {
    if (!protocol.startsWith("/") || protocol.indexOf('\n') >= 0
        || protocol.length() >= Limits.MAX_NEGOTIATION_LINE_BYTES / 4) {
      throw new IllegalArgumentException("not a protocol id: " + protocol);
    }
    if (handlers.put(protocol, handler) == null) {
      identify.changed();
    }
  }

  @Override
  public void removeHandler(String protocol) {
    if (handlers.remove(protocol) != null) {
      identify.changed();
    }
  }

  @Override
  public List<String> protocols() {
    return handlers.keySet().stream().sorted().toList();
  }

  @Override
  public Topic topic(String name) {
    synchronized (pubsubLock) {
      Gossipsub running = pubsub;
      if (running == null) {
        running = Gossipsub.start(this, options.key());
        pubsub = running;
      }
      return running.topic(name);
    }
  }

  @Override
  public void onConnection(Consumer<Connection> listener) {
    connectionListeners.add(listener);
  }

  @Override
  public void onDisconnection(Consumer<Connection> listener) {
    disconnectionListeners.add(listener);
  }

  @Override
  public void onIdentify(Consumer<Connection> listener) {
    identifyListeners.add(listener);
  }

  @Override
  public Peerstore peerstore() {
    return peerstore;
  }

  @Override
  public PeerTags tags() {
    return tags;
  }

  // ---- threads ----

  private void watchDeadlines() {
    long saveAt = System.nanoTime() + SAVE_EVERY.toNanos();
    while (!closed.get()) {
      long now = System.nanoTime();
      upgrades.tick(now);
      for (UpgradedConnection connection : connections.all()) {
        try {
          connection.tick(now);
        } catch (RuntimeException e) {
          // An error of ours on one connection must not leave all the others without deadlines.
          LOG.error("watching {}", connection, e);
        }
      }
      if (now - saveAt > 0) {
        saveAt = now + SAVE_EVERY.toNanos();
        peerstoreFile.ifPresent(PeerstoreFile::save);
      }
      pause(TICK);
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Bytes received and not yet read by anybody, over all connections. */
  long bufferedBytes() {
    return bufferedBytes.get();
  }

  int pendingHandshakes() {
    return upgrades.underWay();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    synchronized (pubsubLock) {
      if (pubsub != null) {
        pubsub.close();
      }
    }
    ports.close();
    upgrades.close();
    List<UpgradedConnection> last = connections.close();
    last.forEach(connection -> workers.execute(() -> connection.close("this host is closing")));
    workers.shutdown();
    if (!workers.ended(GOODBYE)) {
      last.forEach(connection -> connection.kill("this host is closing"));
      if (!workers.ended(THREADS_END)) {
        LOG.debug("closed; a handler is still at work");
      }
    }
    peerstoreFile.ifPresent(PeerstoreFile::save);
  }

  /** What connections, transports and identify see of this host. */
  private final class Ownership implements UpgradedConnection.Owner, Transport.Acceptor, Identify.Neighbourhood {
    @Override
    public Optional<StreamHandler> handler(String protocol) {
      return Optional.ofNullable(handlers.get(protocol));
    }

    @Override
    public List<String> protocols() {
      return Libp2pHost.this.protocols();
    }

    @Override
    public List<Multiaddr> listenAddresses() {
      return Libp2pHost.this.listenAddresses();
    }

    @Override
    public List<Connection> connections() {
      return Libp2pHost.this.connections();
    }

    @Override
    public void execute(Runnable task) {
      workers.execute(task);
    }

    @Override
    public void accepted(RawConnection connection, Transport.Negotiation negotiation) {
      execute(() -> upgrades.accept(connection, negotiation));
    }

    @Override
    public void described(Connection connection, PeerDescription description) {
      ((UpgradedConnection) connection).describe(description);
      peerstore.describe(description);
      identifyListeners.tell(connection);
    }

    @Override
    public void closed(UpgradedConnection connection) {
      connections.remove(connection);
      disconnectionListeners.tell(connection);
    }
  }
}
