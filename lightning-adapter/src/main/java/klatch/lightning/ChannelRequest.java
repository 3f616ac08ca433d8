package klatch.lightning;

import klatch.commitments.Msat;

/**
 * A channel to open with a connected peer.
 *
 * @param nodeId      33 bytes as hex
 * @param capacitySat what the funding transaction puts into it, all of it ours
 * @param push        what of it is given to the peer at the start
 */
public record ChannelRequest(String nodeId, long capacitySat, Msat push) {
  /** Below this a channel cannot pay for its own closing. */
  public static final long MIN_CAPACITY_SAT = 20_000;

  public ChannelRequest {
    if (capacitySat < MIN_CAPACITY_SAT) {
      throw new IllegalArgumentException(
          "a channel needs at least " + MIN_CAPACITY_SAT + " sat, not " + capacitySat);
    }
    if (push.compareTo(Msat.ofSat(capacitySat)) > 0) {
      throw new IllegalArgumentException("cannot push " + push + " out of " + capacitySat + " sat");
    }
  }
}
