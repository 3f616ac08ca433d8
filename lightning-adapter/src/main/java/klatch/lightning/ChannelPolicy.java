package klatch.lightning;

/**
 * How a node runs its channels.
 *
 * @param minConfirmations  blocks on top of a funding transaction before the channel is used, 1..144
 * @param forwardBaseMsat   what forwarding one payment costs others
 * @param forwardPpm        what it costs beyond that, in millionths of the amount
 * @param acceptForwards    whether payments of others may pass through private channels: routing nodes only
 * @param announced         whether new channels are told to the whole network; private ones are reached by route hints
 */
public record ChannelPolicy(int minConfirmations, int forwardBaseMsat, int forwardPpm, boolean acceptForwards,
    boolean announced) {
  private static final int MAX_CONFIRMATIONS = 144;

  public ChannelPolicy {
    if (minConfirmations < 1 || minConfirmations > MAX_CONFIRMATIONS) {
      throw new IllegalArgumentException(
          "confirmations must lie in 1.." + MAX_CONFIRMATIONS + ", not " + minConfirmations);
    }
    if (forwardBaseMsat < 0 || forwardPpm < 0) {
      throw new IllegalArgumentException(
          "a fee is never negative: " + forwardBaseMsat + " msat, " + forwardPpm + " ppm");
    }
  }

  /** A person's own node on regtest: one confirmation, private channels, forwards nothing. */
  public static ChannelPolicy regtestLeaf() {
    return new ChannelPolicy(1, 0, 0, false, false);
  }

  /** A routing node on regtest: one confirmation, 1,000 msat for each payment it forwards. */
  public static ChannelPolicy regtestRouter() {
    return new ChannelPolicy(1, 1_000, 0, true, false);
  }

  /** A person's own node where money is real. */
  public static ChannelPolicy leaf() {
    return new ChannelPolicy(3, 1_000, 100, false, false);
  }
}
