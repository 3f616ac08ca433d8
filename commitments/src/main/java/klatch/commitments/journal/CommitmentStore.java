package klatch.commitments.journal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import klatch.commitments.ClaimTarget;
import klatch.commitments.DepositEffect;
import klatch.commitments.DepositState;
import klatch.commitments.OwnClaim;
import klatch.commitments.OwnDeposit;
import klatch.commitments.PaymentHash;
import klatch.commitments.PayoutState;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/**
 * The journal of the money engine: decisions are saved here before they are acted on. Safe for any number of threads;
 * methods block, and wait while the database is away.
 */
public interface CommitmentStore {
  /** Remembers all of it or nothing; it is durable when this returns. */
  void save(List<Change> changes);

  /** Events with anything in the journal. */
  Set<EventId> events();

  Map<DeviceId, DepositState> deposits(EventId event);

  /** Effects that are not done, by number. */
  SortedMap<Long, Todo> todo(EventId event);

  List<PayoutRow> payouts(EventId event);

  Optional<HashUse> use(PaymentHash hash);

  Optional<OwnDeposit> ownDeposit(EventId event);

  SortedMap<Integer, OwnClaim> ownClaims(EventId event);

  /** Where this person wants the payouts of an event; empty for wherever this node is paid. */
  Optional<ClaimTarget> claimTarget(EventId event);

  /** An effect and whose deposit it is about. */
  record Todo(DeviceId person, DepositEffect effect) {}

  record PayoutRow(int round, DeviceId person, PayoutState state) {}
}
