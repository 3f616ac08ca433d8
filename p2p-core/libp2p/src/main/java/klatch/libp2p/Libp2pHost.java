package klatch.libp2p;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
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
import klatch.libp2p.identify.Identify;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.noise.NoiseHandshake;
import klatch.libp2p.transport.Handshakes;
import klatch.libp2p.transport.ListenAddresses;
import klatch.libp2p.transport.Refusals;
import klatch.libp2p.transport.SecuredSocket;
import klatch.libp2p.transport.SocketBytes;
import klatch.libp2p.transport.TcpConnection;
import klatch.libp2p.yamux.BufferBudget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host over TCP, Noise and yamux. It answers identify and ping from the start. Every thread of it is virtual. */
public final class Libp2pHost implements Host {
  private static final Logger LOG = LoggerFactory.getLogger(Libp2pHost.class);
  /** How often deadlines are looked at. */
  private static final Duration TICK = Duration.ofMillis(100);
  /** What peers get to close their side when the host closes. */
  private static final Duration GOODBYE = Duration.ofMillis(60);
  /** How long closing waits for the threads of handlers after that. */
  private static final Duration THREADS_END = Duration.ofMillis(60);
  private static final int ACCEPT_BACKLOG = 128;

  private final HostOptions options;
  private final PeerId id;
  private final SecureRandom random = new SecureRandom();
  private final NoiseHandshake.Credentials credentials;
  private final ExecutorService threads;
  private final Handshakes accepting;
  /** Counted apart, so that strangers who fill the one cannot keep us from dialling. */
  private final Handshakes dialling;
  private final List<ServerSocketChannel> servers = new ArrayList<>();
  private final List<Multiaddr> listenAddresses = new ArrayList<>();
  private final List<TcpConnection> connections = new CopyOnWriteArrayList<>();
  private final ConcurrentHashMap<String, StreamHandler> handlers = new ConcurrentHashMap<>();
  private final List<Consumer<Connection>> connectionListeners = new CopyOnWriteArrayList<>();
  private final AtomicLong bufferedBytes = new AtomicLong();
  private final Refusals refusals = new Refusals();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Libp2pHost(HostOptions options) {
    this.options = options;
    this.id = options.key().peerId();
    this.credentials = NoiseHandshake.Credentials.of(options.key(), SecuredSocket.MUXERS, random);
    this.accepting = new Handshakes(options.limits());
    this.dialling = new Handshakes(options.limits());
    this.threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("libp2p-", 0).factory());
  }

  /**
   * Starts a host: when this returns it listens.
   *
   * @throws ListenException if an address cannot be listened on, for example because its port is taken
   */
  public static Libp2pHost create(HostOptions options) {
    Libp2pHost host = new Libp2pHost(options);
    try {
      for (Multiaddr address : options.listen()) {
        host.listen(address);
      }
    } catch (RuntimeException e) {
      host.close();
      throw e;
    }
    Identify identify = new Identify(host, options);
    host.handle(Identify.PROTOCOL, identify);
    host.handle(Ping.PROTOCOL, Ping::answer);
    host.servers.forEach(server -> host.execute(() -> host.acceptFrom(server)));
    host.execute(host::watchDeadlines);
    return host;
  }

  private void listen(Multiaddr address) {
    try {
      InetSocketAddress wanted = address.toSocketAddress();
      boolean six = wanted.getAddress() instanceof Inet6Address;
      ServerSocketChannel server = ServerSocketChannel
          .open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
      servers.add(server);
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(wanted, ACCEPT_BACKLOG);
      ListenAddresses.of((InetSocketAddress) server.getLocalAddress())
          .forEach(bound -> listenAddresses.add(bound.withPeer(id)));
    } catch (BindException e) {
      String reason = String.valueOf(e.getMessage());
      throw new ListenException(address, reason.contains("in use") ? "the port is taken by another program" : reason,
          e);
    } catch (IOException e) {
      throw new ListenException(address, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public PeerId id() {
    return id;
  }

  @Override
  public List<Multiaddr> listenAddresses() {
    return List.copyOf(listenAddresses);
  }

  // ---- accepting ----

  private void acceptFrom(ServerSocketChannel server) {
    while (server.isOpen()) {
      try {
        SocketChannel channel = server.accept();
        execute(() -> accepted(channel));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // Out of file descriptors, most likely: those in use come free, and a pause keeps this from spinning.
        LOG.warn("cannot accept a connection: {}", e.getMessage());
        pause(TICK);
      }
    }
  }

  private void accepted(SocketChannel channel) {
    String from = "an unknown address";
    try {
      InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
      from = remote.toString();
      TcpConnection connection;
      try (Handshakes.Pending pending = accepting.begin(channel, remote.getAddress())) {
        requireRoom();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        connection = secure(pending, () -> SecuredSocket.accept(channel, credentials, random));
      }
      connection.run();
    } catch (IOException | MalformedMessageException e) {
      refusals.add(from, String.valueOf(e.getMessage()));
      new SocketBytes(channel).closeGently();
    }
  }

  private interface Securing {
    SecuredSocket run() throws IOException, MalformedMessageException;
  }

  private TcpConnection secure(Handshakes.Pending pending, Securing securing)
      throws IOException, MalformedMessageException {
    try {
      return register(securing.run());
    } catch (IOException e) {
      if (pending.expired()) {
        throw new IOException(
            "the handshake took longer than " + options.limits().timeouts().handshake().toMillis() + " ms", e);
      }
      throw e;
    }
  }

  private void requireRoom() throws IOException {
    if (connections.size() >= options.limits().connections()) {
      throw new IOException("already " + connections.size() + " connections, the limit of this host");
    }
  }

  private TcpConnection register(SecuredSocket secured) throws IOException {
    if (secured.remotePeer().equals(id)) {
      throw new IOException("this is our own peer id " + id);
    }
    TcpConnection connection = new TcpConnection(new Ownership(), options.limits(), secured,
        new BufferBudget(bufferedBytes));
    synchronized (connections) {
      requireRoom();
      if (closed.get()) {
        throw new IOException("this host is closed");
      }
      connections.add(connection);
    }
    retireOldest(secured.remotePeer());
    connectionListeners.forEach(listener -> execute(() -> listener.accept(connection)));
    return connection;
  }

  /** A peer that comes back after a broken network must not be kept out by its own dead connections. */
  private void retireOldest(PeerId peer) {
    List<TcpConnection> same = connections.stream().filter(c -> c.isOpen() && c.remotePeer().equals(peer)).toList();
    int excess = Math.max(0, same.size() - options.limits().connectionsPerPeer());
    same.subList(0, excess).forEach(old -> old.kill("replaced by a newer connection of the same peer"));
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
    if (!address.isTcp()) {
      throw new DialException("cannot dial " + address + ": not a TCP address", false);
    }
    Optional<PeerId> expected = address.peer();
    if (expected.isPresent() && expected.get().equals(id)) {
      throw new DialException("cannot dial " + address + ": it is this host itself", false);
    }
    Optional<Connection> open = expected.flatMap(this::connection);
    return open.isPresent() ? open.get() : dial(address, expected);
  }

  private Connection dial(Multiaddr address, Optional<PeerId> expected) {
    SocketChannel channel = null;
    try {
      channel = SocketChannel.open();
      SocketChannel dialled = channel;
      InetSocketAddress target = address.toSocketAddress();
      try (Handshakes.Pending pending = dialling.begin(channel, target.getAddress())) {
        requireRoom();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.socket().connect(target, (int) options.limits().timeouts().dial().toMillis());
        TcpConnection connection = secure(pending, () -> SecuredSocket.dial(dialled, credentials, random, expected));
        execute(connection::run);
        return connection;
      }
    } catch (IOException e) {
      closeQuietly(channel);
      throw new DialException("cannot connect to " + address + ": " + e.getMessage(), true, e);
    } catch (MalformedMessageException e) {
      closeQuietly(channel);
      throw new DialException("cannot connect to " + address + ": " + e.getMessage(), false, e);
    }
  }

  private static void closeQuietly(@org.jspecify.annotations.Nullable SocketChannel channel) {
    if (channel != null) {
      new SocketBytes(channel).close();
    }
  }

  @Override
  public Optional<Connection> connection(PeerId peer) {
    for (TcpConnection connection : connections) {
      if (connection.isOpen() && connection.remotePeer().equals(peer)) {
        return Optional.of(connection);
      }
    }
    return Optional.empty();
  }

  @Override
  public List<Connection> connections() {
    List<Connection> open = new ArrayList<>();
    for (TcpConnection connection : connections) {
      if (connection.isOpen()) {
        open.add(connection);
      }
    }
    return open;
  }

  // ---- protocols and listeners ----

  @Override
  public void handle(String protocol, StreamHandler handler) {
    if (!protocol.startsWith("/") || protocol.indexOf('\n') >= 0
        || protocol.length() >= Limits.MAX_NEGOTIATION_LINE_BYTES / 4) {
      throw new IllegalArgumentException("not a protocol id: " + protocol);
    }
    handlers.put(protocol, handler);
  }

  @Override
  public void removeHandler(String protocol) {
    handlers.remove(protocol);
  }

  @Override
  public List<String> protocols() {
    return handlers.keySet().stream().sorted().toList();
  }

  @Override
  public void onConnection(Consumer<Connection> listener) {
    connectionListeners.add(listener);
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
    while (!closed.get()) {
      long now = System.nanoTime();
      accepting.tick(now);
      dialling.tick(now);
      for (TcpConnection connection : connections) {
        try {
          connection.tick(now);
        } catch (RuntimeException e) {
          // An error of ours on one connection must not leave all the others without deadlines.
          LOG.error("watching {}", connection, e);
        }
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
    for (ServerSocketChannel server : servers) {
      try {
        server.close();
      } catch (IOException e) {
        LOG.debug("closing a port: {}", e.getMessage());
      }
    }
    accepting.closeAll();
    dialling.closeAll();
    List<TcpConnection> last;
    synchronized (connections) {
      last = List.copyOf(connections);
    }
    last.forEach(connection -> execute(() -> connection.close("this host is closing")));
    threads.shutdown();
    if (!ended(GOODBYE)) {
      last.forEach(connection -> connection.kill("this host is closing"));
      if (!ended(THREADS_END)) {
        LOG.debug("closed; a handler is still at work");
      }
    }
  }

  private boolean ended(Duration within) {
    try {
      return threads.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What connections see of this host. */
  private final class Ownership implements TcpConnection.Owner {
    @Override
    public Optional<StreamHandler> handler(String protocol) {
      return Optional.ofNullable(handlers.get(protocol));
    }

    @Override
    public List<String> protocols() {
      return Libp2pHost.this.protocols();
    }

    @Override
    public void execute(Runnable task) {
      Libp2pHost.this.execute(task);
    }

    @Override
    public void closed(TcpConnection connection) {
      connections.remove(connection);
    }
  }
}
