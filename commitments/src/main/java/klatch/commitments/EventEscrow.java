package klatch.commitments;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import klatch.commitments.journal.Change;
import klatch.commitments.journal.CommitmentStore.Todo;
import klatch.commitments.journal.HashUse;
import klatch.log.DeviceId;
import klatch.log.StoreException;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Presence;
import klatch.meetup.Seat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deposits of one event in our escrow. Every decision is saved with its effects before the effects are run; effects
 * that are not known to be done are run again. Touched by the event's own thread.
 */
final class EventEscrow {
  private static final Logger LOG = LoggerFactory.getLogger(EventEscrow.class);

  /** A wall against a loop that never settles; an event needs a handful of turns. */
  private static final int MOST_TURNS = 10_000;

  private final Surroundings parts;
  private final EventId event;
  private final StatementBook book;
  private final DepositEffects effects;
  private final PayoutDesk desk;
  private final SecureRandom random = new SecureRandom();
  private final Map<DeviceId, DepositState> deposits;
  private final SortedMap<Long, Todo> todo;
  private long lastEffect;

  EventEscrow(Surroundings parts, EventId event, StatementBook book) {
    this.parts = parts;
    this.event = event;
    this.book = book;
    this.effects = new DepositEffects(parts, event, book);
    this.desk = new PayoutDesk(parts, event);
    this.deposits = new LinkedHashMap<>(parts.store().deposits(event));
    this.todo = parts.store().todo(event);
    this.lastEffect = todo.isEmpty() ? 0 : todo.lastKey();
  }

  /** Something happened to one deposit: the next state is saved when this returns, its effects are yet to be run. */
  void happened(DeviceId person, DepositInput input) {
    happened(Map.of(person, input));
  }

  private boolean happened(Map<DeviceId, DepositInput> inputs) {
    List<Change> changes = new ArrayList<>();
    Map<DeviceId, DepositState> states = new HashMap<>();
    Map<Long, Todo> added = new LinkedHashMap<>();
    inputs.forEach((person, input) -> {
      DepositState before = deposits.getOrDefault(person, new DepositState.Pledged());
      DepositMachine.Step step = DepositMachine.step(before, input);
      if (!step.state().equals(before)) {
        states.put(person, step.state());
        changes.add(new Change.PutDeposit(event, person, step.state()));
      }
      if (input instanceof DepositInput.Offer offer) {
        changes.add(new Change.UseHash(offer.preimage().hash(), new HashUse.Deposit(event, person)));
      }
      for (DepositEffect effect : step.effects()) {
        long number = lastEffect + added.size() + 1;
        added.put(number, new Todo(person, effect));
        changes.add(new Change.AddEffect(event, number, person, effect));
      }
    });
    parts.store().save(changes);
    deposits.putAll(states);
    todo.putAll(added);
    lastEffect += added.size();
    return !changes.isEmpty();
  }

  /** A new height: the guardian looks at every deposit. */
  void block(int height) {
    Map<DeviceId, DepositInput> inputs = new HashMap<>();
    deposits.forEach((person, state) -> {
      if (state instanceof DepositState.Held) {
        inputs.put(person, new DepositInput.BlockReached(height));
      }
    });
    happened(inputs);
  }

  /** Does whatever can be done now. */
  void advance() {
    for (int turn = 0; turn < MOST_TURNS; turn++) {
      if (!turn()) {
        return;
      }
    }
    throw new IllegalStateException("event " + event + " does not come to rest");
  }

  private boolean turn() {
    boolean did = runEffects();
    Optional<MeetupEvent> known = parts.meetup().event(event).filter(e -> e.host().equals(parts.self()));
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return did;
    }
    MeetupEvent meetupEvent = known.orElseThrow();
    Statements said = book.of(event);
    did |= happened(evidence());
    if (said.first(parts.self(), DepositMessage.Verdict.class).isEmpty()) {
      did |= happened(undecided(meetupEvent, terms.get()));
    }
    if (parts.clock().millis() >= terms.get().clock().appealsCloseAtMillis()) {
      did |= settle(meetupEvent, terms.get());
    }
    return did;
  }

  /** What follows from the seats, the clock and the door for deposits that nothing has been decided about. */
  private Map<DeviceId, DepositInput> undecided(MeetupEvent meetupEvent, DepositTerms terms) {
    long now = parts.clock().millis();
    Map<DeviceId, DepositInput> inputs = new HashMap<>();
    Presence presence = parts.meetup().presence(event);
    Set<DeviceId> seated = meetupEvent.cancelled()
        ? Set.of()
        : parts.meetup().seats(event).all().stream().filter(EventEscrow::keepsSeat).map(Seat::attendee)
            .filter(person -> !person.equals(parts.self())).collect(Collectors.toSet());
    if (terms.clock().lockOpenAt(now)) {
      for (DeviceId person : seated) {
        if (!deposits.containsKey(person) && deposits.size() + inputs.size() < DepositTerms.MOST_PEOPLE) {
          inputs.put(person, new DepositInput.Offer(Preimage.random(random), terms.deposit(),
              terms.clock().lockClosesAtMillis()));
        }
      }
    }
    boolean lockClosed = now >= terms.clock().lockClosesAtMillis();
    deposits.forEach((person, state) -> {
      boolean open = state instanceof DepositState.Held || state instanceof DepositState.Offered;
      if (open && meetupEvent.cancelled()) {
        inputs.put(person, new DepositInput.Release(ReleaseReason.EVENT_CANCELLED));
      } else if (state instanceof DepositState.Held && presence.isLasting(person)) {
        inputs.put(person, new DepositInput.Release(ReleaseReason.CHECKED_IN));
      } else if (open && !lockClosed && !seated.contains(person)) {
        inputs.put(person, new DepositInput.Release(ReleaseReason.WITHDRAWN));
      } else if (state instanceof DepositState.Offered && lockClosed) {
        inputs.put(person, new DepositInput.LockClosed());
      }
    });
    return inputs;
  }

  private static boolean keepsSeat(Seat seat) {
    return seat.status() == Seat.Status.CONFIRMED && !seat.leaving();
  }

  /** What the node proves: a release is done when the HTLC is gone; a hold past its expiry that is gone was lost. */
  private Map<DeviceId, DepositInput> evidence() {
    Map<DeviceId, DepositInput> inputs = new HashMap<>();
    Set<DeviceId> busy = todo.values().stream().map(Todo::person).collect(Collectors.toSet());
    boolean releasing = deposits.values().stream().anyMatch(s -> s instanceof DepositState.Releasing);
    boolean held = deposits.values().stream().anyMatch(s -> s instanceof DepositState.Held);
    if (!releasing && !held) {
      return inputs;
    }
    try {
      int height = held ? parts.lightning().status().height() : 0;
      Set<PaymentHash> there = parts.lightning().held().stream().map(Lightning.HeldHtlc::hash)
          .collect(Collectors.toSet());
      deposits.forEach((person, state) -> {
        if (state instanceof DepositState.Releasing(var hash, _, _) && !busy.contains(person)) {
          if (there.contains(hash)) {
            parts.lightning().release(hash);
          } else {
            inputs.put(person, new DepositInput.HtlcGone("given back"));
          }
        }
        if (state instanceof DepositState.Held(var preimage, _, var expiry) && height > expiry
            && !there.contains(preimage.hash())) {
          inputs.put(person, new DepositInput.HtlcGone("timed out at height " + expiry));
        }
      });
    } catch (LightningException e) {
      LOG.warn("event {}: the Lightning node cannot be asked now: {}", event, e.getMessage());
    }
    return inputs;
  }

  private boolean runEffects() {
    boolean did = false;
    Set<DeviceId> blocked = new HashSet<>();
    for (Long number : List.copyOf(todo.keySet())) {
      Todo next = todo.get(number);
      if (next == null || blocked.contains(next.person())) {
        continue;
      }
      try {
        effects.run(next.person(), next.effect());
        parts.store().save(List.of(new Change.EffectDone(event, number)));
        todo.remove(number);
        did = true;
      } catch (LightningException | StoreException e) {
        blocked.add(next.person());
        LOG.warn("event {}: {} has to wait: {}", event, next.effect().getClass().getSimpleName(), e.getMessage());
      }
    }
    return did;
  }

  private boolean settle(MeetupEvent meetupEvent, DepositTerms terms) {
    if (!todo.isEmpty()) {
      return false;
    }
    Statements said = book.of(event);
    Optional<Said<DepositMessage.Verdict>> verdict = said.first(parts.self(), DepositMessage.Verdict.class);
    if (verdict.isEmpty()) {
      new Voice(parts).say(meetupEvent.group(), Judgement.of(meetupEvent, said, parts.meetup().presence(event)));
      return true;
    }
    if (happened(judged(verdict.get().message(), terms))) {
      return true;
    }
    if (deposits.values().stream().anyMatch(EventEscrow::inFlight)) {
      return false;
    }
    if (said.first(parts.self(), DepositMessage.Settled.class).isEmpty()) {
      Settlement settlement = Settlement.of(event, verdict.get().message().present(), pot());
      new Voice(parts).say(meetupEvent.group(),
          new DepositMessage.Settled(event, settlement.pot(), settlement.shares()));
      return true;
    }
    return desk.advance(meetupEvent, terms, said);
  }

  private Map<DeviceId, DepositInput> judged(DepositMessage.Verdict verdict, DepositTerms terms) {
    boolean enough = verdict.present().size() >= terms.minimumPresent();
    Set<DeviceId> undone = parts.meetup().presence(event).undone();
    Map<DeviceId, DepositInput> inputs = new HashMap<>();
    deposits.forEach((person, state) -> {
      if (state instanceof DepositState.Held) {
        DepositInput input;
        if (verdict.absent().contains(person) && enough) {
          input = new DepositInput.JudgedAbsent();
        } else if (verdict.present().contains(person)) {
          input = new DepositInput.Release(ReleaseReason.CHECKED_IN);
        } else if (undone.contains(person)) {
          input = new DepositInput.Release(ReleaseReason.CHECK_IN_UNDONE);
        } else {
          input = new DepositInput.Release(ReleaseReason.TOO_FEW_PRESENT);
        }
        inputs.put(person, input);
      }
    });
    return inputs;
  }

  private static boolean inFlight(DepositState state) {
    return switch (state) {
      case DepositState.Held _,DepositState.Releasing _,DepositState.Collecting _ -> true;
      case DepositState.Pledged _,DepositState.Offered _,DepositState.Lapsed _,DepositState.Released _,DepositState.Collected _,DepositState.Expired _ ->
        false;
    };
  }

  private Msat pot() {
    Msat pot = Msat.ZERO;
    for (DepositState state : deposits.values()) {
      pot = state instanceof DepositState.Collected(_, var amount) ? pot.plus(amount) : pot;
    }
    return pot;
  }

  /** What the secret of a claim's code gives now. */
  Optional<Withdrawable> withdrawable(Preimage secret) {
    return terms().flatMap(of -> desk.withdrawable(secret, of.event(), of.terms(), book.of(event)));
  }

  /** Takes an invoice for it; empty if this secret opens nothing. */
  Optional<WithdrawResult> withdraw(Preimage secret, String bolt11) {
    return terms().flatMap(of -> desk.withdraw(secret, bolt11, of.event(), of.terms(), book.of(event)));
  }

  private record Agreed(MeetupEvent event, DepositTerms terms) {}

  private Optional<Agreed> terms() {
    return parts.meetup().event(event).filter(e -> e.host().equals(parts.self()))
        .flatMap(e -> DepositTerms.of(e).map(terms -> new Agreed(e, terms)));
  }

  /** As the journal has it, by person. */
  Map<DeviceId, DepositState> deposits() {
    return Map.copyOf(deposits);
  }
}
