package klatch.commitments;

/** What came of a wallet's request to withdraw a payout by its code. */
public sealed interface WithdrawResult {
  /** It is paid as soon as it can be. */
  record Accepted() implements WithdrawResult {}

  /** @param reason for the person with the wallet */
  record Refused(String reason) implements WithdrawResult {}
}
