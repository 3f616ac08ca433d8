package klatch.commitments.journal;

import klatch.log.DeviceId;
import klatch.meetup.EventId;

/** What a payment hash stands for. */
public sealed interface HashUse {
  EventId event();

  /** Somebody's deposit in our escrow. */
  record Deposit(EventId event, DeviceId person) implements HashUse {}

  /** A payout of ours. */
  record Payout(EventId event, int round, DeviceId person) implements HashUse {}

  /** Our own deposit in another's escrow. */
  record OwnDeposit(EventId event) implements HashUse {}

  /** An invoice of ours for a payout. */
  record OwnClaim(EventId event, int round) implements HashUse {}
}
