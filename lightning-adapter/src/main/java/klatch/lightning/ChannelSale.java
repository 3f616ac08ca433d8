package klatch.lightning;

import java.util.Optional;
import klatch.commitments.Msat;

/**
 * For how much a node sells channels to those who are about to be paid (bLIP 52, LSPS2). Rehearsals have such a node;
 * nobody's own node is one.
 *
 * @param minFee     what a channel costs at least
 * @param feePpm     what it costs of the payment that opens it, in millionths; the higher of both counts
 * @param minPayment smallest payment that opens one
 * @param maxPayment largest payment that opens one
 * @param token      what a buyer has to name, where only some may buy
 * @param roomSat    how much larger than the payment the channel is
 */
public record ChannelSale(Msat minFee, int feePpm, Msat minPayment, Msat maxPayment, Optional<String> token,
    long roomSat) {
  public ChannelSale {
    if (feePpm < 0 || roomSat < ChannelRequest.MIN_CAPACITY_SAT || minPayment.compareTo(maxPayment) > 0) {
      throw new IllegalArgumentException("no channel can be sold like this: " + feePpm + " ppm, " + roomSat
          + " sat of room, payments of " + minPayment + " to " + maxPayment);
    }
  }

  /** How large a channel is that such a payment opens, in satoshis. */
  long capacitySat(Msat payment) {
    return Math.ceilDiv(payment.value(), 1_000) + roomSat;
  }
}
