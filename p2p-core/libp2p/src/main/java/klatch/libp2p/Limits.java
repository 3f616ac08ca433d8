package klatch.libp2p;

import java.time.Duration;

/**
 * The bounds of one host. {@link #DEFAULT} suits a person's node; the sources of the figures are in docs/spec/libp2p.md.
 *
 * @param connections open connections of the whole host
 * @param connectionsPerPeer open connections with one peer; a newer one replaces the oldest
 * @param pendingHandshakes connections that have not yet proven a key, of the whole host, those we dial counted apart
 * @param pendingPerAddress the same with one IP address
 * @param inboundStreams streams one connection's remote may have open here, until both sides have ended them and their handler is done
 * @param outboundStreams streams we may have open on one connection
 * @param pruning when connections of little value are closed to make room
 * @param admission how many connections one IP address may make
 */
public record Limits(int connections, int connectionsPerPeer, int pendingHandshakes, int pendingPerAddress,
    int inboundStreams,
    int outboundStreams, Timeouts timeouts, Pruning pruning, Admission admission) {

  /**
   * How long to wait for a peer.
   *
   * @param dial to reach an address over TCP
   * @param handshake from TCP to a proven key and a muxer
   * @param negotiation to agree on a stream's protocol
   * @param write for the peer to take bytes off the socket
   * @param keepAlive silence after which the peer is pinged; it must be heard from within {@code write} then
   * @param closedStream for the peer to finish a stream that we have closed
   */
  public record Timeouts(Duration dial, Duration handshake, Duration negotiation, Duration write, Duration keepAlive,
      Duration closedStream) {
    public static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(6), Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30));

    public Timeouts withHandshake(Duration value) {
      return new Timeouts(dial, value, negotiation, write, keepAlive, closedStream);
    }

    public Timeouts withNegotiation(Duration value) {
      return new Timeouts(dial, handshake, value, write, keepAlive, closedStream);
    }

    public Timeouts withWrite(Duration value) {
      return new Timeouts(dial, handshake, negotiation, value, keepAlive, closedStream);
    }

    public Timeouts withKeepAlive(Duration value) {
      return new Timeouts(dial, handshake, negotiation, write, value, closedStream);
    }

    public Timeouts withClosedStream(Duration value) {
      return new Timeouts(dial, handshake, negotiation, write, keepAlive, value);
    }
  }

  /**
   * Closing connections before the host is full, least valued first ({@link PeerTags}).
   *
   * @param highWater past this many connections some are closed
   * @param lowWater until this many are left
   * @param grace how old a connection must be to be closed for that
   */
  public record Pruning(int highWater, int lowWater, Duration grace) {
    /** Nine tenths and three quarters of a host's connections. */
    static Pruning of(int connections) {
      return new Pruning(connections - connections / 10, connections - connections / 4, Duration.ofSeconds(30));
    }
  }

  /**
   * What one IP address may do to us. At a venue everybody may come from one address, so the defaults are wide.
   *
   * @param connectionsPerAddress inbound connections open with one IP address
   * @param burst inbound connections that one address may make at once …
   * @param perSecond … and how many more each second
   * @param loopbackExempt whether this machine's own programs are free of these
   */
  public record Admission(int connectionsPerAddress, int burst, int perSecond, boolean loopbackExempt) {
    public static final Admission DEFAULT = new Admission(200, 200, 20, true);
  }

  public static final Limits DEFAULT = new Limits(300, 8, 128, 64, 256, 1000, Timeouts.DEFAULT, Pruning.of(300),
      Admission.DEFAULT);

  /** Longest multistream-select line, with its line feed. */
  public static final int MAX_NEGOTIATION_LINE_BYTES = 1024;
  /** Protocols a peer may propose on one stream before we give up on it. */
  public static final int MAX_PROPOSALS = 16;
  /** Longest Noise handshake message; an Ed25519 identity with its muxers takes under 300. */
  public static final int MAX_HANDSHAKE_MESSAGE_BYTES = 8192;
  /** Receive window of a new yamux stream; the protocol fixes it. */
  public static final int INITIAL_WINDOW_BYTES = 256 * 1024;
  /** Largest receive window a fast stream grows to. */
  public static final int MAX_WINDOW_BYTES = 16 * 1024 * 1024;
  /** What the windows of one connection may grow by, all streams together. */
  public static final int WINDOW_GROWTH_PER_CONNECTION_BYTES = 16 * 1024 * 1024;
  /** Received and not yet read, on one connection; the stream that would go over it is reset. */
  public static final int BUFFERED_PER_CONNECTION_BYTES = 32 * 1024 * 1024;
  /** Received and not yet read, on the whole host; past it only connections under their fair share still take bytes. */
  public static final int BUFFERED_PER_HOST_BYTES = 128 * 1024 * 1024;
  /** What every connection may buffer however full the host is. */
  public static final int FAIR_SHARE_BYTES = INITIAL_WINDOW_BYTES;
  /** Streams opened and not yet acknowledged (yamux). */
  public static final int UNACKNOWLEDGED_STREAMS = 256;
  /** Frames waiting for a peer that does not take our answers; past it the connection is cut. */
  public static final int PENDING_CONTROL_BYTES = 60 * 1024;
  /** Frames that carry nothing (pings, empty data, refused streams) a peer may send at once … */
  public static final int EMPTY_FRAME_BURST = 2_000;
  /** … and how many more each second. */
  public static final int EMPTY_FRAMES_PER_SECOND = 200;

  public Limits {
    if (connections < 1 || connectionsPerPeer < 1 || pendingHandshakes < 1 || pendingPerAddress < 1
        || inboundStreams < 1
        || outboundStreams < 1) {
      throw new IllegalArgumentException("every limit must be at least 1");
    }
  }

  public Limits withTimeouts(Timeouts value) {
    return new Limits(connections, connectionsPerPeer, pendingHandshakes, pendingPerAddress, inboundStreams,
        outboundStreams, value, pruning, admission);
  }

  /** As many connections at most, with the water marks that go with it. */
  public Limits withConnections(int value) {
    return new Limits(value, connectionsPerPeer, pendingHandshakes, pendingPerAddress, inboundStreams, outboundStreams,
        timeouts, Pruning.of(value), admission);
  }

  public Limits withConnectionsPerPeer(int value) {
    return new Limits(connections, value, pendingHandshakes, pendingPerAddress, inboundStreams, outboundStreams,
        timeouts, pruning, admission);
  }

  public Limits withPending(int all, int perAddress) {
    return new Limits(connections, connectionsPerPeer, all, perAddress, inboundStreams, outboundStreams, timeouts,
        pruning, admission);
  }

  public Limits withStreams(int inbound, int outbound) {
    return new Limits(connections, connectionsPerPeer, pendingHandshakes, pendingPerAddress, inbound, outbound,
        timeouts, pruning, admission);
  }

  public Limits withPruning(Pruning value) {
    return new Limits(connections, connectionsPerPeer, pendingHandshakes, pendingPerAddress, inboundStreams,
        outboundStreams, timeouts, value, admission);
  }

  public Limits withAdmission(Admission value) {
    return new Limits(connections, connectionsPerPeer, pendingHandshakes, pendingPerAddress, inboundStreams,
        outboundStreams, timeouts, pruning, value);
  }
}
