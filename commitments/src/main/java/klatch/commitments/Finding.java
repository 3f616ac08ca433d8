package klatch.commitments;

import java.util.List;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.log.EntryId;

/**
 * One difference between what the log shows should have happened and what the organiser says did.
 *
 * @param message one sentence with the values
 * @param proofs  ids of the signed entries that prove it
 */
public record Finding(Kind kind, Optional<DeviceId> person, String message, List<EntryId> proofs) {
  public Finding {
    proofs = List.copyOf(proofs);
  }

  /** The rule that was broken. */
  public enum Kind {
    /** The deposit of somebody who was there was taken. */
    COLLECTED_PRESENT,
    /** A deposit was taken before, or without, a verdict against its owner. */
    COLLECTED_WITHOUT_VERDICT,
    /** A deposit was taken, as its preimage proves, and the organiser does not say so. */
    TAKEN_UNSAID,
    /** A statement about a deposit that was never held, or of another amount. */
    WRONG_DEPOSIT,
    /** The verdict is not what the signed encounters say. */
    WRONG_VERDICT,
    /** Something was done before its time. */
    TOO_EARLY,
    /** The pot or a share is not what the rules give. */
    WRONG_SETTLEMENT,
    /** A round's amounts are not what the rules give. */
    WRONG_ROUND,
    /** A payout was claimed and not paid, or said to be unclaimed. */
    PAYOUT_MISSING,
    /** A payout was claimed and is not paid yet; there is time left to try. No difference, as long as it is pending. */
    PAYOUT_PENDING,
    /** A payout of the wrong amount, with too high a fee, or without a valid receipt. */
    WRONG_PAYOUT,
    /** A held deposit was neither given back nor collected by the end. */
    DEPOSIT_FORGOTTEN,
    /** The report's sums are not those of the receipts, or money is left that could be paid. */
    WRONG_REPORT,
    /** Two statements that cannot both be true. */
    CONTRADICTION
  }
}
