package klatch.commitments;

/**
 * This person's own claim of one payout.
 *
 * @param attempt  counts the invoices made for it, from 1
 * @param received whether the node was paid
 */
public record OwnClaim(int attempt, String invoice, PaymentHash hash, Msat amount, boolean received) {
  OwnClaim paid() {
    return new OwnClaim(attempt, invoice, hash, amount, true);
  }
}
