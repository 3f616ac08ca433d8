package klatch.lightning;

import java.util.Optional;

/**
 * How a node runs its channels.
 *
 * @param minConfirmations  blocks on top of a funding transaction before a channel that a peer opens is used, 3..144
 * @param forwardBaseMsat   what forwarding one payment costs others
 * @param forwardPpm        what it costs beyond that, in millionths of the amount
 * @param acceptForwards    whether payments of others may pass through private channels: routing nodes only
 * @param announced         whether new channels are told to the whole network; private ones are reached by route hints
 * @param sale              for how much it sells channels: rehearsals only
 */
public record ChannelPolicy(int minConfirmations, int forwardBaseMsat, int forwardPpm, boolean acceptForwards,
    boolean announced, Optional<ChannelSale> sale) {
  /**
   * LDK closes a channel at once when its funding transaction has no confirmation left. Three outlive a reorganisation of
   * two blocks (docs/decisions/0007-channel-depth.md).
   */
  public static final int MIN_CONFIRMATIONS = 3;
  private static final int MAX_CONFIRMATIONS = 144;

  public ChannelPolicy {
    if (minConfirmations < MIN_CONFIRMATIONS || minConfirmations > MAX_CONFIRMATIONS) {
      throw new IllegalArgumentException(
          "confirmations must lie in " + MIN_CONFIRMATIONS + ".." + MAX_CONFIRMATIONS + ", not " + minConfirmations);
    }
    if (forwardBaseMsat < 0 || forwardPpm < 0) {
      throw new IllegalArgumentException(
          "a fee is never negative: " + forwardBaseMsat + " msat, " + forwardPpm + " ppm");
    }
  }

  /** One that sells no channels. */
  public ChannelPolicy(int minConfirmations, int forwardBaseMsat, int forwardPpm, boolean acceptForwards,
      boolean announced) {
    this(minConfirmations, forwardBaseMsat, forwardPpm, acceptForwards, announced, Optional.empty());
  }

  /** The same, selling channels. */
  public ChannelPolicy selling(ChannelSale terms) {
    return new ChannelPolicy(minConfirmations, forwardBaseMsat, forwardPpm, acceptForwards, announced,
        Optional.of(terms));
  }

  /** A person's own node on regtest: private channels, forwards nothing. */
  public static ChannelPolicy regtestLeaf() {
    return new ChannelPolicy(MIN_CONFIRMATIONS, 0, 0, false, false);
  }

  /** A routing node on regtest: 1,000 msat for each payment it forwards. */
  public static ChannelPolicy regtestRouter() {
    return new ChannelPolicy(MIN_CONFIRMATIONS, 1_000, 0, true, false);
  }

  /** A person's own node where money is real. */
  public static ChannelPolicy leaf() {
    return new ChannelPolicy(MIN_CONFIRMATIONS, 1_000, 100, false, false);
  }
}
