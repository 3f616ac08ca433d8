package klatch.commitments;

/** What a person's wallet is to pay for their seat now. */
public sealed interface OfferResult {
  /**
   * It can be paid by any wallet, once, in time.
   *
   * @param expiresAtEpochSecond by this node's clock
   * @param lockClosesAtMillis   until then deposits are taken
   */
  record Open(String bolt11, PaymentHash hash, Msat amount, long expiresAtEpochSecond, long lockClosesAtMillis)
      implements
        OfferResult {}

  record None(Objection objection) implements OfferResult {}
}
