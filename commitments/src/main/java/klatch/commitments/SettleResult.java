package klatch.commitments;

import java.util.Optional;

/** What came of asking to settle; settling goes on by itself, and asking again changes nothing. */
public sealed interface SettleResult {
  /** @param reason one sentence with the actual and the allowed values; nothing was done */
  record Refused(String reason) implements SettleResult {}

  /**
   * @param report  what became of the money so far
   * @param waiting what it waits for, empty once all is done
   */
  record Settled(MoneyReport report, Optional<String> waiting) implements SettleResult {}
}
