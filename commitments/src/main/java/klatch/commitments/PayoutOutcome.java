package klatch.commitments;

/** How one payout of a round ended. */
public sealed interface PayoutOutcome {
  record Paid(Msat amount, Msat fee) implements PayoutOutcome {}

  /** Nobody claimed it in time, or it could not be delivered in time: it goes on to the next by the draw. */
  record Unclaimed() implements PayoutOutcome {}

  /** Routing costs more now than was set aside: the person takes part in the next round at this price. */
  record Repriced(Msat fee) implements PayoutOutcome {}
}
