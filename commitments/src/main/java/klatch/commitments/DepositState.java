package klatch.commitments;

/** Where one deposit stands, as its escrow knows it (docs/spec/deposit-states.md). */
public sealed interface DepositState {
  /** A seat is confirmed; nothing is offered. */
  record Pledged() implements DepositState {}

  /** An invoice on the preimage's hash is out. */
  record Offered(Preimage preimage, Msat amount, long lockClosesAtMillis) implements DepositState {}

  /** Not paid in time, or the seat was gone before. */
  record Lapsed(PaymentHash hash) implements DepositState {}

  /** @param expiryHeight the lowest height at which the HTLC may time out */
  record Held(Preimage preimage, Msat amount, int expiryHeight) implements DepositState {}

  /** To be given back; there is no proof yet that it was. */
  record Releasing(PaymentHash hash, Msat amount, ReleaseReason reason) implements DepositState {}

  record Released(PaymentHash hash, Msat amount, ReleaseReason reason) implements DepositState {}

  /** Forfeited; the node has not yet said that the amount is ours. */
  record Collecting(Preimage preimage, Msat amount) implements DepositState {}

  record Collected(Preimage preimage, Msat amount) implements DepositState {}

  /** The HTLC was gone before we decided, or before we could collect: it went back to its payer. */
  record Expired(PaymentHash hash, Msat amount, String why) implements DepositState {}
}
