package klatch.commitments;

/** What a step asks the world to do; each may be done twice and counts once. */
public sealed interface DepositEffect {
  /** Make the invoice and say so in the log. */
  record PublishOffer(PaymentHash hash, Msat amount) implements DepositEffect {}

  /** Offer it anew: an invoice whose payment went back may be spent for good, as an LND's is. */
  record RenewOffer(PaymentHash hash, Msat amount) implements DepositEffect {}

  record PublishHeld(PaymentHash hash, Msat amount, int expiryHeight) implements DepositEffect {}

  record ReleaseHtlc(PaymentHash hash) implements DepositEffect {}

  record PublishReleased(PaymentHash hash, ReleaseReason reason) implements DepositEffect {}

  record CollectHtlc(Preimage preimage) implements DepositEffect {}

  record PublishCollected(Preimage preimage, Msat amount) implements DepositEffect {}
}
