package klatch.lightning;

import java.time.Instant;
import klatch.commitments.Msat;

/**
 * What a channel costs that a payment of this size opens (bLIP 52, LSPS2).
 *
 * @param payment   what the payer pays
 * @param fee       what the seller keeps of it, at most
 * @param until     until then the price stands
 * @param forBlocks the seller promises to keep the channel open for so many blocks
 */
public record ChannelPrice(Msat payment, Msat fee, Instant until, long forBlocks) {
  /** What arrives here. */
  public Msat arrives() {
    return payment.minus(fee);
  }
}
