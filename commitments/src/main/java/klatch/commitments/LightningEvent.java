package klatch.commitments;

/** Something that the Lightning node saw. Each may come more than once. */
public sealed interface LightningEvent {
  /** A payment of a hold invoice arrived whole and is held; the expiry height is the real one, from the HTLC. */
  record HtlcHeld(PaymentHash hash, Msat amount, int expiryHeight) implements LightningEvent {}

  /** The node failed a held HTLC back by itself, or saw it time out: nobody has collected it. */
  record HtlcLost(PaymentHash hash, String reason) implements LightningEvent {}

  /** A held HTLC was claimed, or an ordinary invoice of ours was paid: the amount is ours. */
  record HtlcCollected(PaymentHash hash, Msat amount) implements LightningEvent {}

  record PaymentSent(PaymentId id, Preimage preimage, Msat amount, Msat fee) implements LightningEvent {}

  record PaymentFailed(PaymentId id, String reason, boolean released) implements LightningEvent {}

  /** The node has followed the chain to this height (it may be lower than before, after a reorganisation). */
  record BlockReached(int height) implements LightningEvent {}
}
