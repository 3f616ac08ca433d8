package klatch.libp2p.relay;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.PeerId;
import klatch.libp2p.protocol.IpGroup;

/** Who holds a reservation at a relay, and which relayed connections there are. Safe for any thread. */
final class RelayBooks {
  private final RelayLimits limits;
  private final InstantSource clock;
  private final Map<PeerId, Held> reservations = new HashMap<>();
  private final Map<IpGroup, Integer> perIp = new HashMap<>();
  private final Map<PeerId, Integer> circuitsPerPeer = new HashMap<>();
  private int circuits;

  private record Held(Instant expires, Optional<IpGroup> ip) {
  }

  RelayBooks(RelayLimits limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Enters or renews the reservation of a peer and says until when; empty if there is no room. */
  synchronized Optional<Instant> reserve(PeerId peer, Optional<IpGroup> ip) {
    forgetExpired();
    Held before = reservations.get(peer);
    if (before == null && reservations.size() >= limits.reservations()) {
      return Optional.empty();
    }
    boolean moved = before == null || !before.ip().equals(ip);
    if (moved && ip.isPresent() && perIp.getOrDefault(ip.get(), 0) >= limits.reservationsPerIp()) {
      return Optional.empty();
    }
    forget(peer);
    Instant expires = clock.instant().plus(limits.reservationTime()).truncatedTo(ChronoUnit.SECONDS);
    reservations.put(peer, new Held(expires, ip));
    ip.ifPresent(group -> perIp.merge(group, 1, Integer::sum));
    return Optional.of(expires);
  }

  synchronized boolean holds(PeerId peer) {
    Held held = reservations.get(peer);
    return held != null && clock.instant().isBefore(held.expires());
  }

  /** Ends the reservation of a peer, whose connection is gone. */
  synchronized void forget(PeerId peer) {
    Held held = reservations.remove(peer);
    if (held != null) {
      held.ip().ifPresent(group -> perIp.computeIfPresent(group, (g, n) -> n == 1 ? null : n - 1));
    }
  }

  private void forgetExpired() {
    Instant now = clock.instant();
    reservations.entrySet().stream().filter(entry -> !now.isBefore(entry.getValue().expires())).map(Map.Entry::getKey)
        .toList().forEach(this::forget);
  }

  /** Enters a relayed connection between two peers if there is room for it. */
  synchronized boolean open(PeerId initiator, PeerId target) {
    boolean full = circuits >= limits.circuits() || circuitsOf(initiator) >= limits.circuitsPerPeer()
        || circuitsOf(target) >= limits.circuitsPerPeer();
    if (!full) {
      circuits++;
      circuitsPerPeer.merge(initiator, 1, Integer::sum);
      circuitsPerPeer.merge(target, 1, Integer::sum);
    }
    return !full;
  }

  synchronized void close(PeerId initiator, PeerId target) {
    circuits--;
    circuitsPerPeer.computeIfPresent(initiator, (p, n) -> n == 1 ? null : n - 1);
    circuitsPerPeer.computeIfPresent(target, (p, n) -> n == 1 ? null : n - 1);
  }

  private int circuitsOf(PeerId peer) {
    return circuitsPerPeer.getOrDefault(peer, 0);
  }

  synchronized int reservations() {
    forgetExpired();
    return reservations.size();
  }

  synchronized int circuits() {
    return circuits;
  }
}
