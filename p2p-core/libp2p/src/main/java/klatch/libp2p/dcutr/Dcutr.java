package klatch.libp2p.dcutr;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import klatch.libp2p.Connection;
import klatch.libp2p.DialException;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.MultiaddrProtocol;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.protocol.RateLimit;
import klatch.libp2p.transport.RawConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns connections through a relay into direct ones (libp2p DCUtR). Whoever was dialled through the relay begins: it tries the other's
 * addresses itself, and if none is reached both dial each other at the same moment, from the ports they listen on, so that each one's NAT
 * takes the other's packets for answers. Whoever had dialled through the relay is the client of what comes of it.
 */
public final class Dcutr implements AutoCloseable {
  public static final String PROTOCOL = "/libp2p/dcutr";
  private static final Logger LOG = LoggerFactory.getLogger(Dcutr.class);
  private static final int TRIES = 3;
  /** Addresses of one peer that are dialled, and that we tell. */
  private static final int MAX_ADDRESSES = 8;
  private static final Duration ANSWER = Duration.ofSeconds(10);
  /** How long to knock at one address. */
  private static final Duration DIAL = Duration.ofSeconds(5);
  /** Longest wait after SYNC, whatever round trip the other side pretends. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(2);
  /** How long the relayed connection stays for the streams on it once there is a direct one. */
  private static final Duration GRACE = Duration.ofSeconds(30);
  /** Exchanges one peer may begin at once … */
  private static final int BURST = 6;
  /** … and one more each time this has passed. */
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final int RATE_KEYS = 1024;

  private final Host host;
  private final Predicate<Multiaddr> eligible;
  private final PortReuse tcp;
  private final Set<PeerId> underWay = ConcurrentHashMap.newKeySet();
  private final RateLimit<PeerId> rate = new RateLimit<>(BURST, PAUSE, RATE_KEYS, System::nanoTime);
  private volatile boolean closed;

  private Dcutr(Host host, Predicate<Multiaddr> eligible) {
    this.host = host;
    this.eligible = address -> address.isTcp() && eligible.test(address);
    this.tcp = new PortReuse(host);
  }

  /** Starts on a host, for addresses of the whole internet: from now on every relayed connection is upgraded if that can be. */
  public static Dcutr start(Host host) {
    return start(host, IpGroup::isPublic);
  }

  /**
   * As {@link #start(Host)} for the addresses that {@code eligible} accepts. With more than public ones a stranger can have us knock
   * at our own neighbours.
   */
  public static Dcutr start(Host host, Predicate<Multiaddr> eligible) {
    Dcutr dcutr = new Dcutr(host, eligible);
    host.addTransport(dcutr.tcp);
    host.handle(PROTOCOL, dcutr::answer);
    host.onIdentify(dcutr::identified);
    return dcutr;
  }

  @Override
  public void close() {
    closed = true;
    host.removeHandler(PROTOCOL);
  }

  private static boolean isRelayed(Connection connection) {
    return connection.remoteAddress().components().stream()
        .anyMatch(part -> part.protocol() == MultiaddrProtocol.P2P_CIRCUIT);
  }

  private Optional<Connection> direct(PeerId peer) {
    return host.connections().stream().filter(open -> open.remotePeer().equals(peer) && !isRelayed(open)).findFirst();
  }

  /** Where we are seen by those we are connected with directly, and where we listen. */
  private List<Multiaddr> ownAddresses() {
    Set<Multiaddr> own = new LinkedHashSet<>();
    for (Connection connection : host.connections()) {
      if (!isRelayed(connection)) {
        connection.description().flatMap(PeerDescription::observedAddress).map(Multiaddr::withoutPeer)
            .filter(eligible).ifPresent(own::add);
      }
    }
    host.listenAddresses().stream().map(Multiaddr::withoutPeer).filter(eligible).forEach(own::add);
    return own.stream().limit(MAX_ADDRESSES).toList();
  }

  // ---- who was dialled through the relay ----

  private void identified(Connection connection) {
    PeerId peer = connection.remotePeer();
    if (closed || connection.outbound() || !isRelayed(connection) || direct(peer).isPresent() || !underWay.add(peer)) {
      return;
    }
    try {
      if (upgrade(connection)) {
        LOG.debug("{} is connected directly now", peer);
        retire(connection);
      }
    } finally {
      underWay.remove(peer);
    }
  }

  private boolean upgrade(Connection relayed) {
    PeerId peer = relayed.remotePeer();
    PeerDescription description = relayed.description().orElseThrow();
    List<Multiaddr> told = description.listenAddresses().stream().map(Multiaddr::withoutPeer).filter(eligible)
        .limit(MAX_ADDRESSES).toList();
    if (dialAll(told, peer, true)) {
      return true;
    }
    if (!description.protocols().contains(PROTOCOL)) {
      return false;
    }
    for (int i = 0; i < TRIES && relayed.isOpen() && !closed; i++) {
      try {
        if (direct(peer).isPresent() || dialAll(agree(relayed), peer, false) || direct(peer).isPresent()) {
          return true;
        }
      } catch (IOException | MalformedMessageException | Libp2pException e) {
        LOG.debug("no hole punched to {}: {}", peer, e.getMessage());
      }
    }
    return direct(peer).isPresent();
  }

  /** Exchanges addresses, has the other side dial, and returns when it is time for us to dial these. */
  private List<Multiaddr> agree(Connection relayed) throws IOException, MalformedMessageException {
    try (Stream stream = relayed.open(PROTOCOL)) {
      stream.timeout(ANSWER);
      long sentNanos = System.nanoTime();
      Frames.write(stream.output(), new HolePunch.Connect(ownAddresses()).encode());
      List<Multiaddr> theirs = readConnect(stream);
      long waitNanos = Math.min((System.nanoTime() - sentNanos) / 2, MAX_WAIT.toNanos());
      Frames.write(stream.output(), new HolePunch.Sync().encode());
      long dueNanos = System.nanoTime() + waitNanos;
      while (System.nanoTime() - dueNanos < 0) {
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
      return theirs;
    }
  }

  private List<Multiaddr> readConnect(Stream stream) throws IOException, MalformedMessageException {
    if (HolePunch.decode(
        Frames.read(stream.input(), HolePunch.MAX_BYTES)) instanceof HolePunch.Connect(List<Multiaddr> observed)) {
      return observed.stream().map(Multiaddr::withoutPeer).filter(eligible).limit(MAX_ADDRESSES).toList();
    }
    throw new MalformedMessageException("a hole punch that does not begin with CONNECT");
  }

  /** New streams already prefer the direct connection; those on the relayed one get a while to end. */
  private void retire(Connection relayed) {
    Thread.ofVirtual().name("dcutr-retire").start(() -> {
      long dueNanos = System.nanoTime() + GRACE.toNanos();
      while (relayed.isOpen() && !closed && System.nanoTime() - dueNanos < 0) {
        LockSupport.parkNanos(Math.min(dueNanos - System.nanoTime(), Duration.ofSeconds(1).toNanos()));
      }
      if (direct(relayed.remotePeer()).isPresent()) {
        relayed.close();
      }
    });
  }

  // ---- who has dialled through the relay ----

  private void answer(Stream stream) throws IOException, MalformedMessageException {
    Connection relayed = stream.connection();
    PeerId peer = stream.remotePeer();
    if (!isRelayed(relayed) || !relayed.outbound() || !rate.allows(peer)) {
      throw new MalformedMessageException("no hole is punched for " + peer + " over this connection, or not so often");
    }
    stream.timeout(ANSWER);
    List<Multiaddr> theirs = readConnect(stream);
    Frames.write(stream.output(), new HolePunch.Connect(ownAddresses()).encode());
    if (!(HolePunch.decode(Frames.read(stream.input(), HolePunch.MAX_BYTES)) instanceof HolePunch.Sync)) {
      throw new MalformedMessageException("a hole punch without SYNC");
    }
    if (direct(peer).isEmpty()) {
      dialAll(theirs, peer, true);
    }
  }

  // ---- dialling ----

  /** Dials all at once and says whether one led to the peer; whatever else connects is closed. */
  private boolean dialAll(List<Multiaddr> addresses, PeerId peer, boolean initiator) {
    List<Thread> threads = new ArrayList<>();
    for (Multiaddr address : addresses) {
      threads.add(Thread.ofVirtual().name("dcutr-dial").start(() -> dial(address, peer, initiator)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return direct(peer).isPresent();
  }

  private void dial(Multiaddr address, PeerId peer, boolean initiator) {
    try {
      RawConnection raw = tcp.dial(address, DIAL, opened -> {
      });
      if (direct(peer).isPresent()) {
        raw.close();
      } else {
        host.upgrade(raw, initiator, true, Optional.of(peer));
      }
    } catch (IOException | DialException e) {
      LOG.debug("{} is not at {}: {}", peer, address, e.getMessage());
    }
  }
}
