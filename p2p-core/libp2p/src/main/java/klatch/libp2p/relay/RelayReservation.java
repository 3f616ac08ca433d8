package klatch.libp2p.relay;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A place at a relay, kept until it is closed. One virtual thread refreshes it. */
public final class RelayReservation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RelayReservation.class);
  /** Addresses through one relay that we tell others. */
  private static final int MAX_ADDRESSES = 4;
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofMinutes(1);
  /** When to refresh if the relay's clock says that it has expired already. */
  private static final Duration CLOCKS_DISAGREE = Duration.ofMinutes(1);

  private final Host host;
  private final Multiaddr address;
  private final PeerId relay;
  private final InstantSource clock;
  private final Consumer<RelayReservation> onClosed;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread keeper;
  // What follows is guarded by the lock.
  private List<Multiaddr> announced = List.of();
  private Instant expires = Instant.MIN;
  private CircuitLimit limit = CircuitLimit.NONE;
  private @Nullable Connection watched;
  private boolean lost;
  private boolean failed;
  private boolean closed;

  RelayReservation(Host host, Multiaddr address, PeerId relay, InstantSource clock,
      Consumer<RelayReservation> onClosed) {
    this.host = host;
    this.address = address;
    this.relay = relay;
    this.clock = clock;
    this.onClosed = onClosed;
    this.keeper = Thread.ofVirtual().name("relay-keeper").unstarted(this::keep);
  }

  /** Asks for the first time, and keeps it from then on. */
  void start() {
    ask();
    keeper.start();
  }

  public PeerId relay() {
    return relay;
  }

  /** Our addresses through the relay, with our own id at the end; empty while there is no reservation. */
  public List<Multiaddr> addresses() {
    lock.lock();
    try {
      return announced.stream().map(through -> through.withPeer(host.id())).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Until when it holds without being refreshed, by the relay's clock. */
  public Instant expires() {
    lock.lock();
    try {
      return expires;
    } finally {
      lock.unlock();
    }
  }

  /** What the relay lets pass on each connection. */
  public CircuitLimit limit() {
    lock.lock();
    try {
      return limit;
    } finally {
      lock.unlock();
    }
  }

  // ---- asking ----

  private void ask() {
    Connection connection = host.connect(address);
    if (CircuitRelay.isRelayed(connection)) {
      throw new Libp2pException("the relay " + relay + " is itself behind a relay", false);
    }
    try (Stream stream = connection.open(HopMessage.PROTOCOL)) {
      stream.timeout(RelayLimits.ANSWER);
      Frames.write(stream.output(), new HopMessage.Reserve().encode());
      HopMessage answer = HopMessage.decode(Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES));
      if (answer instanceof HopMessage.Status status && status.status() == RelayStatus.OK
          && status.reservation().isPresent()) {
        take(connection, status.reservation().get(), status.limit());
      } else {
        throw new Libp2pException("the relay " + relay + " grants no reservation: " + shown(answer), true);
      }
    } catch (IOException e) {
      throw new Libp2pException("no reservation at " + relay + ": " + e.getMessage(), true, e);
    } catch (MalformedMessageException e) {
      throw new Libp2pException("no reservation at " + relay + ": " + e.getMessage(), false, e);
    }
  }

  static String shown(HopMessage answer) {
    return answer instanceof HopMessage.Status status ? status.status().toString() : "with another message";
  }

  private void take(Connection connection, Reservation granted, CircuitLimit told) throws MalformedMessageException {
    if (granted.voucher().length > 0) {
      Voucher voucher = Voucher.open(granted.voucher());
      if (!voucher.relay().equals(relay) || !voucher.peer().equals(host.id())) {
        throw new MalformedMessageException("a voucher of " + voucher.relay() + " for " + voucher.peer());
      }
    }
    host.tags().protect(relay, tag());
    lock.lock();
    try {
      if (closed) {
        host.tags().unprotect(relay, tag());
        return;
      }
      if (!connection.equals(watched)) {
        watched = connection;
        connection.onClose(this::gone);
      }
      lost = !connection.isOpen();
      failed = false;
      expires = granted.expires();
      limit = told;
      announce(reachable(granted.relayAddresses()));
    } finally {
      lock.unlock();
    }
  }

  /** Where others reach the relay: what it says, as far as it names itself, or where we have reached it. */
  private List<Multiaddr> reachable(List<Multiaddr> told) {
    List<Multiaddr> usable = new ArrayList<>();
    for (Multiaddr each : told) {
      boolean itself = each.peer().isEmpty() || each.peer().get().equals(relay);
      if (itself && !CircuitAddress.isCircuit(each) && usable.size() < MAX_ADDRESSES) {
        usable.add(each.withoutPeer().withPeer(relay));
      }
    }
    return usable.isEmpty() ? List.of(address) : usable;
  }

  private void announce(List<Multiaddr> relayAddresses) {
    List<Multiaddr> now = relayAddresses.stream().map(CircuitAddress::through).toList();
    announced.stream().filter(old -> !now.contains(old)).forEach(host::withdraw);
    now.forEach(host::announce);
    announced = now;
  }

  // ---- keeping ----

  private void keep() {
    Duration retry = FIRST_RETRY;
    long askedNanos = System.nanoTime();
    try {
      while (waitUntilDue()) {
        if (isInTrouble()) {
          // Also when the relay has just granted one: one that grants and hangs up must not keep us busy.
          pause(retry);
          retry = retry.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? retry.multipliedBy(2) : LAST_RETRY;
        }
        if (System.nanoTime() - askedNanos > LAST_RETRY.multipliedBy(2).toNanos()) {
          retry = FIRST_RETRY;
        }
        askedNanos = System.nanoTime();
        askAgain();
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it.
    }
  }

  private void askAgain() {
    try {
      ask();
    } catch (Libp2pException e) {
      LOG.debug("the reservation at {} is not refreshed: {}", relay, e.getMessage());
      lock.lock();
      try {
        failed = true;
        if (lost || !clock.instant().isBefore(expires)) {
          announce(List.of());
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether there is no use in asking at once. */
  private boolean isInTrouble() {
    lock.lock();
    try {
      return lost || failed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for three quarters of what is left of the reservation, or until the relay is lost; false when closed. */
  private boolean waitUntilDue() throws InterruptedException {
    lock.lock();
    try {
      Duration left = Duration.between(clock.instant(), expires);
      Duration wait = left.isPositive() ? left.multipliedBy(3).dividedBy(4) : CLOCKS_DISAGREE;
      long nanos = wait.compareTo(Duration.ofDays(1)) < 0 ? wait.toNanos() : Duration.ofDays(1).toNanos();
      while (!closed && !lost && !failed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void pause(Duration time) throws InterruptedException {
    lock.lock();
    try {
      long nanos = time.toNanos();
      while (!closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void gone(Connection connection) {
    lock.lock();
    try {
      lost |= connection.equals(watched);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private String tag() {
    return "relay-" + System.identityHashCode(this);
  }

  /** Lets it expire, and tells others of our addresses through it no longer. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      announce(List.of());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    host.tags().unprotect(relay, tag());
    onClosed.accept(this);
  }
}
