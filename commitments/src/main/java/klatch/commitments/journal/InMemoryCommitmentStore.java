package klatch.commitments.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import klatch.commitments.ClaimTarget;
import klatch.commitments.DepositState;
import klatch.commitments.OwnClaim;
import klatch.commitments.OwnDeposit;
import klatch.commitments.PaymentHash;
import klatch.commitments.PayoutState;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/** A journal that lives as long as its process: for trying things out, never for money. */
public final class InMemoryCommitmentStore implements CommitmentStore {
  private final Map<EventId, Book> books = new LinkedHashMap<>();
  private final Map<PaymentHash, HashUse> uses = new HashMap<>();

  private static final class Book {
    final Map<DeviceId, DepositState> deposits = new LinkedHashMap<>();
    final SortedMap<Long, Todo> todo = new TreeMap<>();
    final Map<Integer, Map<DeviceId, PayoutState>> payouts = new TreeMap<>();
    final SortedMap<Integer, OwnClaim> claims = new TreeMap<>();
    Optional<OwnDeposit> own = Optional.empty();
    Optional<ClaimTarget> target = Optional.empty();
  }

  @Override
  public synchronized void save(List<Change> changes) {
    for (Change change : changes) {
      switch (change) {
        case Change.PutDeposit(var event, var person, var state) -> book(event).deposits.put(person, state);
        case Change.AddEffect(var event, var number, var person, var effect) ->
          book(event).todo.put(number, new Todo(person, effect));
        case Change.EffectDone(var event, var number) -> book(event).todo.remove(number);
        case Change.PutPayout(var event, var round, var person, var state) ->
          book(event).payouts.computeIfAbsent(round, r -> new LinkedHashMap<>()).put(person, state);
        case Change.UseHash(var hash, var use) -> uses.putIfAbsent(hash, use);
        case Change.PutOwnDeposit(var event, var deposit) -> book(event).own = Optional.of(deposit);
        case Change.PutClaimTarget(var event, var target) -> book(event).target = Optional.of(target);
        case Change.PutOwnClaim(var event, var round, var claim) -> book(event).claims.put(round, claim);
      }
    }
  }

  private Book book(EventId event) {
    return books.computeIfAbsent(event, e -> new Book());
  }

  private Book known(EventId event) {
    return books.getOrDefault(event, new Book());
  }

  @Override
  public synchronized Set<EventId> events() {
    return new HashSet<>(books.keySet());
  }

  @Override
  public synchronized Map<DeviceId, DepositState> deposits(EventId event) {
    return new LinkedHashMap<>(known(event).deposits);
  }

  @Override
  public synchronized SortedMap<Long, Todo> todo(EventId event) {
    return new TreeMap<>(known(event).todo);
  }

  @Override
  public synchronized List<PayoutRow> payouts(EventId event) {
    List<PayoutRow> rows = new ArrayList<>();
    known(event).payouts.forEach(
        (round, states) -> states.forEach((person, state) -> rows.add(new PayoutRow(round, person, state))));
    return rows;
  }

  @Override
  public synchronized Optional<HashUse> use(PaymentHash hash) {
    return Optional.ofNullable(uses.get(hash));
  }

  @Override
  public synchronized Optional<OwnDeposit> ownDeposit(EventId event) {
    return known(event).own;
  }

  @Override
  public synchronized SortedMap<Integer, OwnClaim> ownClaims(EventId event) {
    return new TreeMap<>(known(event).claims);
  }

  @Override
  public synchronized Optional<ClaimTarget> claimTarget(EventId event) {
    return known(event).target;
  }
}
