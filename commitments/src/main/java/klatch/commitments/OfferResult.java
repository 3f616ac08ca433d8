package klatch.commitments;

/** What a person's wallet is to pay for their seat now. */
public sealed interface OfferResult {
  /**
   * It can be paid by any wallet, once, in time.
   *
   * @param expiresAtEpochSecond by the Lightning node's clock
   * @param lockClosesAtMillis   until then deposits are taken
   */
  record Open(String bolt11, PaymentHash hash, Msat amount, long expiresAtEpochSecond, long lockClosesAtMillis)
      implements
        OfferResult {}

  /** @param reason with what is the case and what has to be */
  record None(String reason) implements OfferResult {}
}
