package klatch.libp2p.relay;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.protocol.RateLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes connections on to peers that cannot be dialled and have asked for it (libp2p circuit-v2, the hop protocol). It sees who talks to
 * whom and how much, never what.
 */
public final class CircuitRelay implements AutoCloseable {
  /** What a relay answers to and what it is recognised by. */
  public static final String PROTOCOL = HopMessage.PROTOCOL;
  private static final Logger LOG = LoggerFactory.getLogger(CircuitRelay.class);
  private static final String TAG = "relay-reservation";
  /** Addresses of ours told with a reservation. */
  private static final int MAX_ADDRESSES = 16;

  private final Host host;
  private final RelayLimits limits;
  private final RelayBooks books;
  private final RateLimit<PeerId> perPeer;
  private final RateLimit<IpGroup> perIp;

  private CircuitRelay(Host host, RelayLimits limits, InstantSource clock) {
    this.host = host;
    this.limits = limits;
    this.books = new RelayBooks(limits, clock);
    this.perPeer = new RateLimit<>(limits.requestBurst(), limits.requestPause(), RelayLimits.RATE_KEYS,
        System::nanoTime);
    this.perIp = new RateLimit<>(limits.requestBurst() * RelayLimits.PEERS_PER_IP,
        limits.requestPause().dividedBy(RelayLimits.PEERS_PER_IP), RelayLimits.RATE_KEYS, System::nanoTime);
  }

  /** Makes a relay of a host, within these limits. */
  public static CircuitRelay serve(Host host, RelayLimits limits) {
    return serve(host, limits, InstantSource.system());
  }

  static CircuitRelay serve(Host host, RelayLimits limits, InstantSource clock) {
    CircuitRelay relay = new CircuitRelay(host, limits, clock);
    host.onDisconnection(connection -> relay.disconnected(connection.remotePeer()));
    host.handle(PROTOCOL, relay::serve);
    return relay;
  }

  /** Reservations that hold now. */
  public int reservations() {
    return books.reservations();
  }

  /** Relayed connections that are open now. */
  public int circuits() {
    return books.circuits();
  }

  /** Takes no more requests; relayed connections go on until they end by themselves or the host closes. */
  @Override
  public void close() {
    host.removeHandler(PROTOCOL);
  }

  private void disconnected(PeerId peer) {
    if (direct(peer).isEmpty()) {
      books.forget(peer);
      host.tags().unprotect(peer, TAG);
    }
  }

  /** An open connection to a peer that is not itself relayed. */
  private Optional<Connection> direct(PeerId peer) {
    return host.connections().stream().filter(open -> open.remotePeer().equals(peer) && !isRelayed(open)).findFirst();
  }

  static boolean isRelayed(Connection connection) {
    return CircuitAddress.isCircuit(connection.remoteAddress());
  }

  private void serve(Stream stream) throws IOException {
    stream.timeout(RelayLimits.ANSWER);
    try {
      HopMessage request = HopMessage.decode(Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES));
      if (request instanceof HopMessage.Status) {
        refuse(stream, RelayStatus.UNEXPECTED_MESSAGE);
      } else if (isRelayed(stream.connection())) {
        refuse(stream, RelayStatus.PERMISSION_DENIED);
      } else if (!allows(stream)) {
        refuse(stream, RelayStatus.RESOURCE_LIMIT_EXCEEDED);
      } else if (request instanceof HopMessage.Connect(PeerAddresses target)) {
        connect(stream, target.peer());
      } else {
        reserve(stream);
      }
    } catch (MalformedMessageException e) {
      LOG.debug("a request of {} that cannot be read: {}", stream.remotePeer(), e.getMessage());
      refuse(stream, RelayStatus.MALFORMED_MESSAGE);
    }
  }

  private boolean allows(Stream stream) {
    Optional<IpGroup> ip = IpGroup.of(stream.connection().remoteAddress());
    return perPeer.allows(stream.remotePeer()) && (ip.isEmpty() || perIp.allows(ip.get()));
  }

  private static void refuse(Stream stream, RelayStatus status) throws IOException {
    Frames.write(stream.output(), HopMessage.Status.of(status).encode());
  }

  private void reserve(Stream stream) throws IOException {
    PeerId peer = stream.remotePeer();
    Optional<Instant> expires = books.reserve(peer, IpGroup.of(stream.connection().remoteAddress()));
    if (expires.isEmpty()) {
      refuse(stream, RelayStatus.RESERVATION_REFUSED);
      return;
    }
    host.tags().protect(peer, TAG);
    if (!stream.connection().isOpen()) {
      // It went away while we entered it, so nobody will tell us again.
      disconnected(peer);
    }
    byte[] voucher = host.seal(Voucher.DOMAIN, Voucher.type(), new Voucher(host.id(), peer, expires.get()).encode())
        .encode();
    List<Multiaddr> addresses = host.listenAddresses().stream().filter(own -> !CircuitAddress.isCircuit(own))
        .limit(MAX_ADDRESSES).toList();
    Frames.write(stream.output(), new HopMessage.Status(RelayStatus.OK,
        Optional.of(new Reservation(expires.get(), addresses, voucher)), limits.circuit()).encode());
  }

  private void connect(Stream hop, PeerId target) throws IOException {
    PeerId initiator = hop.remotePeer();
    Optional<Connection> connection = direct(target);
    if (initiator.equals(target)) {
      refuse(hop, RelayStatus.PERMISSION_DENIED);
    } else if (!books.holds(target) || connection.isEmpty()) {
      refuse(hop, RelayStatus.NO_RESERVATION);
    } else if (!books.open(initiator, target)) {
      refuse(hop, RelayStatus.RESOURCE_LIMIT_EXCEEDED);
    } else {
      try {
        bridge(hop, connection.get());
      } finally {
        books.close(initiator, target);
      }
    }
  }

  private void bridge(Stream hop, Connection target) throws IOException {
    Optional<Stream> stop = ask(target, hop.remotePeer());
    if (stop.isEmpty()) {
      refuse(hop, RelayStatus.CONNECTION_FAILED);
      return;
    }
    try (Stream there = stop.get()) {
      Frames.write(hop.output(),
          new HopMessage.Status(RelayStatus.OK, Optional.empty(), limits.circuit()).encode());
      hop.timeout(java.time.Duration.ZERO);
      there.timeout(java.time.Duration.ZERO);
      new Splice(hop, there, limits.circuit()).run();
    } catch (InterruptedException e) {
      stop.get().reset();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      stop.get().reset();
      throw e;
    }
  }

  /** A stream that the target has agreed to take as a connection of {@code initiator}. */
  private Optional<Stream> ask(Connection target, PeerId initiator) {
    Stream stop;
    try {
      stop = target.open(StopMessage.PROTOCOL);
    } catch (Libp2pException e) {
      LOG.debug("no stop stream to {}: {}", target.remotePeer(), e.getMessage());
      return Optional.empty();
    }
    try {
      stop.timeout(RelayLimits.ANSWER);
      Frames.write(stop.output(),
          new StopMessage.Connect(PeerAddresses.of(initiator), limits.circuit()).encode());
      if (StopMessage.decode(
          Frames.read(stop.input(), RelayLimits.MAX_MESSAGE_BYTES)) instanceof StopMessage.Status(RelayStatus status)
          && status == RelayStatus.OK) {
        return Optional.of(stop);
      }
    } catch (IOException | MalformedMessageException e) {
      LOG.debug("{} takes no connection of {}: {}", target.remotePeer(), initiator, e.getMessage());
    }
    stop.reset();
    return Optional.empty();
  }
}
