package klatch.commitments;

/** What came of asking to lock a deposit. */
public sealed interface LockResult {
  /** It is on its way, held, or over already: asking again changes nothing. */
  record UnderWay(OwnDeposit deposit) implements LockResult {}

  /** @param reason one sentence with the actual and the allowed values; nothing was paid */
  record Refused(String reason) implements LockResult {}
}
