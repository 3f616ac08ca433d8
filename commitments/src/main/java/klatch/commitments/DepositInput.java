package klatch.commitments;

/** What can happen to a deposit. */
public sealed interface DepositInput {
  /** The lock window is open for a confirmed seat. */
  record Offer(Preimage preimage, Msat amount, long lockClosesAtMillis) implements DepositInput {}

  /** The node holds a payment on the deposit's hash. */
  record HtlcHeld(Msat amount, int expiryHeight, long nowMillis) implements DepositInput {}

  /** The node's proof that nothing is held on the hash any more and nothing was collected. */
  record HtlcGone(String why) implements DepositInput {}

  record HtlcCollected(Msat amount) implements DepositInput {}

  /** The lock window is over. */
  record LockClosed() implements DepositInput {}

  /** The deposit is to go back. */
  record Release(ReleaseReason reason) implements DepositInput {}

  /** The verdict is out and names this person absent, and enough people came. */
  record JudgedAbsent() implements DepositInput {}

  record BlockReached(int height) implements DepositInput {}
}
