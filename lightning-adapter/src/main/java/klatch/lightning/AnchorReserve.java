package klatch.lightning;

/**
 * What the wallet keeps for the fees of anchor channels that close (docs/decisions/0011-anchors.md).
 *
 * @param channels     anchor channels that are open, or closed and not settled in the chain
 * @param confirmedSat what the wallet has, confirmed
 */
public record AnchorReserve(int channels, long confirmedSat) {
  /** Raises a commitment and some HTLCs to about 25 sat a virtual byte. */
  public static final long SAT_PER_CHANNEL = 25_000;

  public long neededSat() {
    return channels * SAT_PER_CHANNEL;
  }

  /** Whether one more anchor channel could be closed in time. */
  boolean hasRoomForAnother() {
    return confirmedSat >= neededSat() + SAT_PER_CHANNEL;
  }

  /** What to do when the reserve is lacking; empty if it is not. */
  public String advice() {
    if (confirmedSat >= neededSat()) {
      return "";
    }
    return "closing your " + channels + (channels == 1 ? " anchor channel" : " anchor channels") + " in time may need "
        + neededSat() + " sat on the chain, and your wallet has " + confirmedSat + ": send it "
        + (neededSat() - confirmedSat) + " sat or more (klatch wallet address)";
  }
}
