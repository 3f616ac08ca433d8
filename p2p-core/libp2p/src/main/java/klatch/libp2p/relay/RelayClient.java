package klatch.libp2p.relay;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import klatch.libp2p.Connection;
import klatch.libp2p.DialException;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uses relays: once started on a host, {@link Host#connect} also dials {@code …/p2p-circuit/p2p/<id>}, and {@link #reserve} makes the
 * host reachable through a relay (libp2p circuit-v2).
 */
public final class RelayClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RelayClient.class);
  /** Relayed connections coming in at once; more are refused. */
  private static final int MAX_INBOUND = 128;

  private final Host host;
  private final InstantSource clock;
  private final List<RelayReservation> reservations = new CopyOnWriteArrayList<>();
  /** Relays that may bring us connections: those asked for a reservation, from before the asking. */
  private final Set<PeerId> relays = ConcurrentHashMap.newKeySet();
  private final Semaphore inbound = new Semaphore(MAX_INBOUND);

  private RelayClient(Host host, InstantSource clock) {
    this.host = host;
    this.clock = clock;
  }

  /** Starts on a host, once. */
  public static RelayClient start(Host host) {
    return start(host, InstantSource.system());
  }

  static RelayClient start(Host host, InstantSource clock) {
    RelayClient client = new RelayClient(host, clock);
    host.addTransport(client.new Circuits());
    host.handle(StopMessage.PROTOCOL, client::brought);
    return client;
  }

  /**
   * Has a relay pass connections on to us, from now on until the reservation is closed: it is refreshed before it expires, and asked for
   * again when the connection to the relay was lost. While it holds, our addresses through the relay are among the host's.
   *
   * @param relay with {@code /p2p/<id>} at its end
   * @throws Libp2pException if the relay cannot be reached or refuses
   */
  public RelayReservation reserve(Multiaddr relay) {
    PeerId id = relay.peer().orElseThrow(() -> new IllegalArgumentException("a relay without its peer id: " + relay));
    relays.add(id);
    RelayReservation reservation = new RelayReservation(host, relay, id, clock, this::forget);
    try {
      reservation.start();
    } catch (Libp2pException e) {
      forget(reservation);
      throw e;
    }
    reservations.add(reservation);
    return reservation;
  }

  private void forget(RelayReservation reservation) {
    reservations.remove(reservation);
    if (reservations.stream().noneMatch(other -> other.relay().equals(reservation.relay()))) {
      relays.remove(reservation.relay());
    }
  }

  /** Gives up all reservations and takes no more connections through relays. */
  @Override
  public void close() {
    reservations.forEach(RelayReservation::close);
    host.removeHandler(StopMessage.PROTOCOL);
  }

  // ---- connections brought by a relay ----

  private void brought(Stream stream) throws IOException, MalformedMessageException {
    stream.timeout(RelayLimits.ANSWER);
    StopMessage message = StopMessage.decode(Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES));
    if (!(message instanceof StopMessage.Connect(PeerAddresses initiator, CircuitLimit limit))) {
      answer(stream, RelayStatus.UNEXPECTED_MESSAGE);
    } else if (!relays.contains(stream.remotePeer()) || CircuitRelay.isRelayed(stream.connection())) {
      // Nobody else has a reason to bring us anybody.
      answer(stream, RelayStatus.PERMISSION_DENIED);
    } else if (!inbound.tryAcquire()) {
      answer(stream, RelayStatus.RESOURCE_LIMIT_EXCEEDED);
    } else {
      try {
        answer(stream, RelayStatus.OK);
        stream.timeout(Duration.ZERO);
        serve(stream, initiator.peer(), limit);
      } finally {
        inbound.release();
      }
    }
  }

  private static void answer(Stream stream, RelayStatus status) throws IOException {
    Frames.write(stream.output(), new StopMessage.Status(status).encode());
  }

  /** Upgrades the stream to a connection, and returns when that has ended, because returning ends the stream. */
  private void serve(Stream stream, PeerId initiator, CircuitLimit limit) {
    CircuitConnection raw = new CircuitConnection(stream, relayAddress(stream.connection()));
    raw.limit(limit);
    CountDownLatch ended = new CountDownLatch(1);
    try {
      host.upgrade(raw, false, false, Optional.of(initiator)).onClose(connection -> ended.countDown());
      ended.await();
    } catch (DialException e) {
      LOG.debug("{} through {}: {}", initiator, stream.remotePeer(), e.getMessage());
    } catch (InterruptedException e) {
      raw.close();
      Thread.currentThread().interrupt();
    }
  }

  private static Multiaddr relayAddress(Connection relay) {
    return relay.remoteAddress().withPeer(relay.remotePeer());
  }

  // ---- dialling through a relay ----

  /** {@code …/p2p/<relay>/p2p-circuit/p2p/<target>}. */
  private final class Circuits implements Transport {
    @Override
    public boolean canDial(Multiaddr address) {
      return CircuitAddress.isCircuit(address);
    }

    @Override
    public RawConnection dial(Multiaddr address, Duration timeout, Consumer<RawConnection> opened)
        throws IOException, MalformedMessageException {
      CircuitAddress circuit = CircuitAddress.of(address);
      PeerId target = circuit.target()
          .orElseThrow(() -> new MalformedMessageException("an address through a relay without its end: " + address));
      try {
        Connection relay = host.connect(circuit.relay());
        if (CircuitRelay.isRelayed(relay)) {
          throw new IOException("the relay " + relay.remotePeer() + " is itself behind a relay");
        }
        return through(relay.open(HopMessage.PROTOCOL), circuit.relay(), target, opened);
      } catch (Libp2pException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    private RawConnection through(Stream stream, Multiaddr relay, PeerId target, Consumer<RawConnection> opened)
        throws IOException, MalformedMessageException {
      CircuitConnection raw = new CircuitConnection(stream, relay);
      opened.accept(raw);
      stream.timeout(RelayLimits.ANSWER.plus(RelayLimits.ANSWER));
      Frames.write(stream.output(), new HopMessage.Connect(PeerAddresses.of(target)).encode());
      HopMessage answer = HopMessage.decode(Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES));
      if (!(answer instanceof HopMessage.Status(RelayStatus status, _, CircuitLimit limit))
          || status != RelayStatus.OK) {
        raw.close();
        throw new IOException("the relay " + stream.remotePeer() + " answers " + RelayReservation.shown(answer));
      }
      stream.timeout(Duration.ZERO);
      raw.limit(limit);
      return raw;
    }
  }
}
