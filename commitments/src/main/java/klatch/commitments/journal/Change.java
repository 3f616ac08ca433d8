package klatch.commitments.journal;

import klatch.commitments.ClaimTarget;
import klatch.commitments.DepositEffect;
import klatch.commitments.DepositState;
import klatch.commitments.OwnClaim;
import klatch.commitments.OwnDeposit;
import klatch.commitments.PaymentHash;
import klatch.commitments.PayoutState;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/** One thing to remember; saying it twice changes nothing. */
public sealed interface Change {
  record PutDeposit(EventId event, DeviceId person, DepositState state) implements Change {}

  /** @param number of this event's effects, from 1 */
  record AddEffect(EventId event, long number, DeviceId person, DepositEffect effect) implements Change {}

  record EffectDone(EventId event, long number) implements Change {}

  record PutPayout(EventId event, int round, DeviceId person, PayoutState state) implements Change {}

  /** The first use stands. */
  record UseHash(PaymentHash hash, HashUse use) implements Change {}

  record PutOwnDeposit(EventId event, OwnDeposit deposit) implements Change {}

  record PutClaimTarget(EventId event, ClaimTarget target) implements Change {}

  record PutOwnClaim(EventId event, int round, OwnClaim claim) implements Change {}
}
