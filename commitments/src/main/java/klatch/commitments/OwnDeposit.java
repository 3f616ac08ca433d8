package klatch.commitments;

/**
 * This person's own deposit for one event, as their node knows it.
 *
 * @param attempt counts the payments tried, from 1
 * @param fee     what routing cost, known when the deposit was forfeited; otherwise zero
 * @param why     what the node said, if it failed
 */
public record OwnDeposit(PaymentHash hash, String invoice, Msat amount, int attempt, Phase phase, Msat fee,
    String why) {
  /** How far it is. */
  public enum Phase {
    /** The payment is decided and on its way. */
    PAYING,
    /** The organiser holds it: held, not spent. */
    HELD,
    /** It came back. */
    RELEASED,
    /** It could not be delivered; locking can be tried again. */
    FAILED,
    /** The organiser collected it. */
    FORFEITED
  }

  OwnDeposit in(Phase next, Msat newFee, String newWhy) {
    return new OwnDeposit(hash, invoice, amount, attempt, next, newFee, newWhy);
  }
}
