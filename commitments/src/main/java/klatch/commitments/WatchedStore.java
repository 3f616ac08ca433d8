package klatch.commitments;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import klatch.commitments.journal.Change;
import klatch.commitments.journal.CommitmentStore;
import klatch.commitments.journal.HashUse;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/** A journal that says afterwards that money has moved; everything else it leaves to the one behind it. */
record WatchedStore(CommitmentStore behind, Runnable moved) implements CommitmentStore {
  @Override
  public void save(List<Change> changes) {
    behind.save(changes);
    if (changes.stream().anyMatch(WatchedStore::shows)) {
      moved.run();
    }
  }

  /** Whether somebody who looks at their money would see it. */
  private static boolean shows(Change change) {
    return switch (change) {
      case Change.PutDeposit _,Change.PutPayout _,Change.PutOwnDeposit _,Change.PutClaimTarget _,Change.PutOwnClaim _ ->
        true;
      case Change.AddEffect _,Change.EffectDone _,Change.UseHash _ -> false;
    };
  }

  @Override
  public Set<EventId> events() {
    return behind.events();
  }

  @Override
  public Map<DeviceId, DepositState> deposits(EventId event) {
    return behind.deposits(event);
  }

  @Override
  public SortedMap<Long, Todo> todo(EventId event) {
    return behind.todo(event);
  }

  @Override
  public List<PayoutRow> payouts(EventId event) {
    return behind.payouts(event);
  }

  @Override
  public Optional<HashUse> use(PaymentHash hash) {
    return behind.use(hash);
  }

  @Override
  public Optional<OwnDeposit> ownDeposit(EventId event) {
    return behind.ownDeposit(event);
  }

  @Override
  public SortedMap<Integer, OwnClaim> ownClaims(EventId event) {
    return behind.ownClaims(event);
  }

  @Override
  public Optional<ClaimTarget> claimTarget(EventId event) {
    return behind.claimTarget(event);
  }
}
