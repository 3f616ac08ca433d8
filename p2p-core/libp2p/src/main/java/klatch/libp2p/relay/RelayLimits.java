package klatch.libp2p.relay;

import java.time.Duration;

/**
 * What a relay gives to others. {@link #DEFAULT} suits a meetup's own relay: many guests behind one address, and pictures pass.
 * {@link #PUBLIC} is what public relays of other implementations allow.
 *
 * @param reservationTime how long a reservation is good for before it must be asked for again
 * @param reservations at once, all together
 * @param reservationsPerIp at once, of one IPv4 address or IPv6 network
 * @param circuits relayed connections at once, all together
 * @param circuitsPerPeer relayed connections at once that one peer is an end of
 * @param circuit what one relayed connection may carry
 * @param requestBurst reservations and connections one peer may ask for at once; four times as many from one IP address …
 * @param requestPause … and one more each time this has passed
 */
public record RelayLimits(Duration reservationTime, int reservations, int reservationsPerIp, int circuits,
    int circuitsPerPeer, CircuitLimit circuit, int requestBurst, Duration requestPause) {
  public static final RelayLimits DEFAULT = new RelayLimits(Duration.ofHours(1), 256, 256, 256, 32,
      new CircuitLimit(Duration.ofMinutes(30), 256L * 1024 * 1024), 32, Duration.ofSeconds(1));

  public static final RelayLimits PUBLIC = new RelayLimits(Duration.ofHours(1), 128, 8, 256, 16,
      new CircuitLimit(Duration.ofMinutes(2), 128 * 1024), 32, Duration.ofSeconds(1));

  /** How long one side may take to answer a hop or stop message. */
  static final Duration ANSWER = Duration.ofSeconds(10);
  /** Longest hop or stop message; a reservation with 32 addresses and its voucher takes under 2 KiB. */
  static final int MAX_MESSAGE_BYTES = 4096;
  /** Bytes of one direction of one circuit held here at most, beside what the streams' windows hold. */
  static final int BUFFER_BYTES = 16 * 1024;
  /** Peers and addresses whose rate is remembered. */
  static final int RATE_KEYS = 4096;
  /** An IP address may ask as often as so many peers. */
  static final int PEERS_PER_IP = 4;

  public RelayLimits {
    if (reservationTime.toSeconds() < 1 || reservations < 1 || reservationsPerIp < 1 || circuits < 1
        || circuitsPerPeer < 1 || requestBurst < 1 || requestPause.isZero() || requestPause.isNegative()) {
      throw new IllegalArgumentException("every limit of a relay must be at least 1, times positive");
    }
  }

  public RelayLimits withReservationTime(Duration value) {
    return new RelayLimits(value, reservations, reservationsPerIp, circuits, circuitsPerPeer, circuit, requestBurst,
        requestPause);
  }

  public RelayLimits withReservations(int all, int perIp) {
    return new RelayLimits(reservationTime, all, perIp, circuits, circuitsPerPeer, circuit, requestBurst, requestPause);
  }

  public RelayLimits withCircuits(int all, int perPeer) {
    return new RelayLimits(reservationTime, reservations, reservationsPerIp, all, perPeer, circuit, requestBurst,
        requestPause);
  }

  public RelayLimits withCircuit(CircuitLimit value) {
    return new RelayLimits(reservationTime, reservations, reservationsPerIp, circuits, circuitsPerPeer, value,
        requestBurst, requestPause);
  }

  public RelayLimits withRequests(int burst, Duration pause) {
    return new RelayLimits(reservationTime, reservations, reservationsPerIp, circuits, circuitsPerPeer, circuit, burst,
        pause);
  }
}
