package klatch.commitments;

/** What came of asking to lock a deposit. */
public sealed interface LockResult {
  /** It is on its way, held, or over already: asking again changes nothing. */
  record UnderWay(OwnDeposit deposit) implements LockResult {}

  /** Nothing was paid. */
  record Refused(Objection objection) implements LockResult {
    public String reason() {
      return objection.message();
    }
  }
}
