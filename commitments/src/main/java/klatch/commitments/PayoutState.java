package klatch.commitments;

import klatch.log.EntryId;

/** Where one payout of a round stands, as its payer knows it. */
public sealed interface PayoutState {
  /**
   * Waiting for a claim that can be paid.
   *
   * @param attempts payments tried so far
   */
  record Due(int attempts, long notBeforeMillis) implements PayoutState {}

  /** Under way, or about to be: payment {@code attempt} may exist. */
  record Paying(int attempt, Invoice invoice) implements PayoutState {}

  /**
   * The last try failed.
   *
   * @param attempts payments tried so far
   */
  record Resting(int attempts, Invoice invoice, long untilMillis) implements PayoutState {}

  record Paid(Msat amount, Msat fee, Preimage preimage) implements PayoutState {}

  /** The claim window closed with nothing delivered. */
  record Unclaimed() implements PayoutState {}

  /** Sending it costs more than was set aside. */
  record Repriced(Msat fee) implements PayoutState {}

  /** The invoice of a claim, checked. */
  record Invoice(EntryId claim, String bolt11, PaymentHash hash, long expiresAtEpochSecond) {}
}
