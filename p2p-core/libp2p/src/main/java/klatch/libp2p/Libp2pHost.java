package klatch.libp2p;

import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import klatch.libp2p.gossipsub.Gossipsub;
import klatch.libp2p.host.ConnectionTable;
import klatch.libp2p.host.Handshakes;
import klatch.libp2p.host.MemoryPeerstore;
import klatch.libp2p.host.PeerstoreFile;
import klatch.libp2p.host.Refusals;
import klatch.libp2p.host.UpgradedConnection;
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
  private final Upgrader upgrader;
  private final ExecutorService threads;
  private final Handshakes accepting;
  /** Counted apart, so that strangers who fill the one cannot keep us from dialling. */
  private final Handshakes dialling;
  private final List<Transport> transports = new CopyOnWriteArrayList<>();
  private final List<Transport.Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<Multiaddr> announced = new CopyOnWriteArrayList<>();
  private final PeerTags tags = new PeerTags();
  private final ConnectionTable connections;
  private final ConcurrentHashMap<String, StreamHandler> handlers = new ConcurrentHashMap<>();
  private final List<Consumer<Connection>> connectionListeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<Connection>> disconnectionListeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<Connection>> identifyListeners = new CopyOnWriteArrayList<>();
  private final AtomicLong bufferedBytes = new AtomicLong();
  private final Refusals refusals = new Refusals();
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
    this.upgrader = new Upgrader(options.key(), options.security(), options.earlyMuxer(), options.clock());
    this.accepting = new Handshakes(options.limits());
    this.dialling = new Handshakes(options.limits());
    this.connections = new ConnectionTable(options.limits(), tags);
    this.peerstore = new MemoryPeerstore(options.clock());
    this.peerstoreFile = options.peerstoreFile().map(file -> new PeerstoreFile(file, peerstore));
    this.identify = new Identify(ownership, options);
    this.threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("libp2p-", 0).factory());
    this.transports.add(new TcpTransport());
    this.transports.add(new WebSocketTransport());
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
    host.execute(host::watchDeadlines);
    return host;
  }

  @Override
  public PeerId id() {
    return id;
  }

  // ---- listening ----

  @Override
  public void addTransport(Transport transport) {
    transports.addFirst(transport);
  }

  /**
   * Listens on one more address.
   *
   * @throws ListenException if that cannot be
   */
  public void listen(Multiaddr address) {
    Transport transport = transports.stream().filter(t -> t.canListen(address)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no transport listens on " + address));
    try {
      listeners.add(transport.listen(address, ownership));
      identify.changed();
    } catch (BindException e) {
      String reason = String.valueOf(e.getMessage());
      throw new ListenException(address, reason.contains("in use") ? "the port is taken by another program" : reason,
          e);
    } catch (IOException e) {
      throw new ListenException(address, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void announce(Multiaddr address) {
    Multiaddr full = address.endsWithPeer(id) ? address : address.withPeer(id);
    if (!announced.contains(full)) {
      announced.add(full);
      identify.changed();
    }
  }

  @Override
  public void withdraw(Multiaddr address) {
    if (announced.remove(address.endsWithPeer(id) ? address : address.withPeer(id))) {
      identify.changed();
    }
  }

  @Override
  public List<Multiaddr> listenAddresses() {
    List<Multiaddr> all = new ArrayList<>();
    listeners.forEach(listener -> listener.addresses().forEach(address -> all.add(address.withPeer(id))));
    all.addAll(announced);
    return List.copyOf(all);
  }

  /** Our own signed record of where we listen. */
  public SignedEnvelope ownRecord() {
    return identify.ownRecord();
  }

  @Override
  public SignedEnvelope seal(String domain, byte[] payloadType, byte[] payload) {
    return SignedEnvelope.seal(options.key(), domain, payloadType, payload);
  }

  private void accept(RawConnection raw, Transport.Negotiation negotiation) {
    try (Handshakes.Pending pending = accepting.begin(raw.remoteHost())) {
      pending.guard(raw);
      connections.admit(raw.remoteHost());
      register(upgrade(pending, negotiation, raw, Optional.empty(), false), false);
    } catch (IOException | MalformedMessageException e) {
      refusals.add(raw.remoteAddress().toString(), String.valueOf(e.getMessage()));
      raw.closeGently();
    }
  }

  private record Secured(RawConnection raw, Upgrader.Upgraded upgraded) {
  }

  private Secured upgrade(Handshakes.Pending pending, Transport.Negotiation negotiation, RawConnection opened,
      Optional<PeerId> expected, boolean initiator) throws IOException, MalformedMessageException {
    try {
      RawConnection raw = negotiation.run(opened);
      return new Secured(raw, initiator ? upgrader.initiate(raw, expected) : upgrader.respond(raw, expected));
    } catch (IOException e) {
      if (pending.expired()) {
        throw new IOException(
            "the handshake took longer than " + options.limits().timeouts().handshake().toMillis() + " ms", e);
      }
      throw e;
    }
  }

  /** Takes a secured connection and starts to serve it. */
  private UpgradedConnection register(Secured secured, boolean outbound) throws IOException {
    if (secured.upgraded().remoteKey().peerId().equals(id)) {
      throw new IOException("this is our own peer id " + id);
    }
    UpgradedConnection connection = new UpgradedConnection(ownership, options.limits(), secured.raw(),
        secured.upgraded(), outbound, new BufferBudget(bufferedBytes));
    connections.add(connection);
    execute(connection::run);
    connectionListeners.forEach(listener -> execute(() -> listener.accept(connection)));
    execute(() -> identify.introduce(connection));
    return connection;
  }

  /** The last inbound connections that did not come about, with the reason, oldest first. */
  public List<String> recentRefusals() {
    return refusals.list();
  }

  // ---- dialling ----

  @Override
  public Connection connect(Multiaddr address) {
    if (closed.get()) {
      throw new DialException("this host is closed", false);
    }
    Transport transport = transports.stream().filter(t -> t.canDial(address)).findFirst()
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
    RawConnection[] opened = new RawConnection[1];
    try (Handshakes.Pending pending = dialling.begin(Optional.empty())) {
      connections.requireRoom();
      RawConnection raw = transport.dial(address, options.limits().timeouts().dial(), connection -> {
        opened[0] = connection;
        pending.guard(connection);
      });
      opened[0] = raw;
      Connection connection = register(upgrade(pending, r -> r, raw, expected, true), true);
      peerstore.addAddresses(connection.remotePeer(), List.of(address), Peerstore.Source.DIALLED);
      return connection;
    } catch (IOException | MalformedMessageException e) {
      if (opened[0] != null) {
        opened[0].close();
      }
      throw new DialException("cannot connect to " + address + ": " + e.getMessage(), e instanceof IOException, e);
    }
  }

  @Override
  public Connection upgrade(RawConnection raw, boolean initiator, boolean outbound, Optional<PeerId> expected) {
    try (Handshakes.Pending pending = dialling.begin(Optional.empty())) {
      pending.guard(raw);
      connections.requireRoom();
      return register(upgrade(pending, r -> r, raw, expected, initiator), outbound);
    } catch (IOException | MalformedMessageException e) {
      raw.close();
      throw new DialException("no handshake with " + raw.remoteAddress() + ": " + e.getMessage(),
          e instanceof IOException, e);
    }
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

  private void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("not run, the host is closed");
    }
  }

  private void watchDeadlines() {
    long saveAt = System.nanoTime() + SAVE_EVERY.toNanos();
    while (!closed.get()) {
      long now = System.nanoTime();
      accepting.tick(now);
      dialling.tick(now);
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
    return accepting.count();
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
    listeners.forEach(Transport.Listener::close);
    accepting.closeAll();
    dialling.closeAll();
    List<UpgradedConnection> last = connections.close();
    last.forEach(connection -> execute(() -> connection.close("this host is closing")));
    threads.shutdown();
    if (!ended(GOODBYE)) {
      last.forEach(connection -> connection.kill("this host is closing"));
      if (!ended(THREADS_END)) {
        LOG.debug("closed; a handler is still at work");
      }
    }
    peerstoreFile.ifPresent(PeerstoreFile::save);
  }

  private boolean ended(Duration within) {
    try {
      return threads.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
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
      Libp2pHost.this.execute(task);
    }

    @Override
    public void accepted(RawConnection connection, Transport.Negotiation negotiation) {
      execute(() -> accept(connection, negotiation));
    }

    @Override
    public void described(Connection connection, PeerDescription description) {
      ((UpgradedConnection) connection).describe(description);
      peerstore.describe(description);
      identifyListeners.forEach(listener -> execute(() -> listener.accept(connection)));
    }

    @Override
    public void closed(UpgradedConnection connection) {
      connections.remove(connection);
      disconnectionListeners.forEach(listener -> execute(() -> listener.accept(connection)));
    }
  }
}
