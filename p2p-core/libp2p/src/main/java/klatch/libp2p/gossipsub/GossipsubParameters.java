package klatch.libp2p.gossipsub;

/**
 * How a router behaves. {@link #DEFAULT} has the specification's values; docs/spec/gossipsub.md says why each is what it is.
 *
 * @param floodPublish whether one's own messages go to every subscribed peer instead of the mesh or fanout alone
 */
public record GossipsubParameters(Degrees degrees, Timing timing, Gossip gossip, Relay relay, boolean floodPublish) {

  /**
   * Sizes of a mesh.
   *
   * @param target D: neighbours wanted
   * @param low D_lo: with fewer, more are grafted
   * @param high D_hi: with more, some are pruned
   * @param score D_score: how many of the best scores survive a pruning
   * @param outbound D_out: neighbours that we have dialled ourselves; below {@code low} and at most half of {@code target}
   * @param lazy D_lazy: least number of peers outside the mesh that hear gossip
   */
  public record Degrees(int target, int low, int high, int score, int outbound, int lazy) {
    public static final Degrees DEFAULT = new Degrees(6, 4, 12, 4, 2, 6);

    public Degrees {
      boolean ordered = 0 <= low && low <= target && target <= high && score <= high && lazy >= 0;
      if (!ordered || outbound < 0 || outbound > target / 2 || (outbound >= low && outbound > 0)) {
        throw new IllegalArgumentException("mesh degrees D " + target + ", low " + low + ", high " + high + ", score "
            + score + ", outbound " + outbound + ", lazy " + lazy);
      }
    }
  }

  /**
   * Times in milliseconds, except where a number of heartbeats is meant.
   *
   * @param pruneBackoffMillis how long a pruned neighbour is not grafted again
   * @param unsubscribeBackoffMillis the same after leaving a topic
   * @param graftFloodMillis a GRAFT this soon after the PRUNE counts twice against the peer
   * @param followUpMillis within this time a message that was announced and asked for must come
   * @param opportunisticGraftHeartbeats every how many heartbeats a poor mesh takes in better peers
   */
  public record Timing(long heartbeatMillis, long fanoutMillis, long seenMillis, long pruneBackoffMillis,
      long unsubscribeBackoffMillis, long graftFloodMillis, long followUpMillis, int opportunisticGraftHeartbeats) {
    public static final Timing DEFAULT = new Timing(1_000, 60_000, 120_000, 60_000, 10_000, 10_000, 3_000, 60);

    public Timing withHeartbeatMillis(long value) {
      return new Timing(value, fanoutMillis, seenMillis, pruneBackoffMillis, unsubscribeBackoffMillis, graftFloodMillis,
          followUpMillis, opportunisticGraftHeartbeats);
    }

    public Timing withBackoffs(long pruneMillis, long unsubscribeMillis, long floodMillis) {
      return new Timing(heartbeatMillis, fanoutMillis, seenMillis, pruneMillis, unsubscribeMillis, floodMillis,
          followUpMillis, opportunisticGraftHeartbeats);
    }
  }

  /**
   * Gossip about messages, and its caps.
   *
   * @param historyHeartbeats for how many heartbeats a message can be asked for
   * @param announcedHeartbeats for how many of those it is announced
   * @param factor share of the peers outside the mesh that hear gossip
   * @param opportunisticGraftPeers how many better peers a poor mesh takes in at a time
   * @param retransmissions how often one peer gets one message that it asks for
   * @param iHavePerHeartbeat IHAVE taken from a peer between two heartbeats
   * @param idsPerHeartbeat message ids asked for from a peer between two heartbeats, and ids announced to one
   */
  public record Gossip(int historyHeartbeats, int announcedHeartbeats, double factor, int opportunisticGraftPeers,
      int retransmissions, int iHavePerHeartbeat, int idsPerHeartbeat) {
    public static final Gossip DEFAULT = new Gossip(5, 3, 0.25, 2, 3, 10, 5_000);

    public Gossip {
      if (announcedHeartbeats > historyHeartbeats || factor < 0 || factor > 1) {
        throw new IllegalArgumentException(
            "announcing for " + announcedHeartbeats + " of " + historyHeartbeats + " heartbeats, factor " + factor);
      }
    }
  }

  /**
   * How messages of others are passed on (GossipSub 1.2).
   *
   * @param iDontWantBytes payloads from this size on are answered with IDONTWANT to the other neighbours
   * @param iDontWantPerHeartbeat IDONTWANT taken from a peer between two heartbeats
   * @param iDontWantIds ids kept of a peer, the oldest forgotten first
   * @param iDontWantHeartbeats how long an id is kept
   * @param eagerPeers neighbours that get a payload of at least {@code iDontWantBytes} at once; the others after {@code staggerMillis},
   *        unless they have said or shown by then that they have it
   */
  public record Relay(int iDontWantBytes, int iDontWantPerHeartbeat, int iDontWantIds, int iDontWantHeartbeats,
      int eagerPeers, long staggerMillis) {
    public static final Relay DEFAULT = new Relay(1_000, 1_000, 10_000, 3, 2, 200);

    public Relay withStagger(int eager, long millis) {
      return new Relay(iDontWantBytes, iDontWantPerHeartbeat, iDontWantIds, iDontWantHeartbeats, eager, millis);
    }
  }

  public static final GossipsubParameters DEFAULT = new GossipsubParameters(Degrees.DEFAULT, Timing.DEFAULT,
      Gossip.DEFAULT, Relay.DEFAULT, true);

  public GossipsubParameters withDegrees(Degrees value) {
    return new GossipsubParameters(value, timing, gossip, relay, floodPublish);
  }

  public GossipsubParameters withTiming(Timing value) {
    return new GossipsubParameters(degrees, value, gossip, relay, floodPublish);
  }

  public GossipsubParameters withGossip(Gossip value) {
    return new GossipsubParameters(degrees, timing, value, relay, floodPublish);
  }

  public GossipsubParameters withRelay(Relay value) {
    return new GossipsubParameters(degrees, timing, gossip, value, floodPublish);
  }

  public GossipsubParameters withFloodPublish(boolean value) {
    return new GossipsubParameters(degrees, timing, gossip, relay, value);
  }
}
