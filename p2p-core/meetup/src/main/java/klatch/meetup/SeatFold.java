package klatch.meetup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pledges of one event and its seat ledgers into {@link Seats}: the host's, and those of the quotas that it has
 * handed out. The ledgers alone decide how many seats are taken; the pledges say whose they are.
 *
 * <p>The host's ledger counts a quota's seats as gone when it hands them out, and has them back only with the entry that
 * returns them at hand. So seats taken are never more than there are in any part of the logs, arrived in any order.
 */
final class SeatFold {
  private static final Comparator<Pledge> BY_TIME = Comparator.comparingLong(Pledge::timestampMillis)
      .thenComparing(Pledge::id);

  private final EventId event;
  private final DeviceId host;
  private final long cancelledAtSequence;
  private final Map<EntryId, Pledge> pledges = new HashMap<>();
  private final LedgerFold ledger;
  private final QuotaFold quotas;
  /** Quotas for which there were seats, in the order of the host's log. */
  private final Set<EntryId> delegated = new LinkedHashSet<>();
  private final Set<EntryId> reclaimed = new HashSet<>();
  /** Of returns that are not here, or do not hold. */
  private final List<Recorded<SeatsReclaimed>> unfounded = new ArrayList<>();
  private int capacity;
  private final List<Anomaly> anomalies = new ArrayList<>();
  private @Nullable Seats seats;

  /** An attendee's wish; {@code withdrawal} is null while it stands. */
  record Pledge(EntryId id, DeviceId attendee, long sequence, long timestampMillis, Pledged message,
      @Nullable EntryId withdrawal) {
    Pledge withdrawnBy(EntryId entry) {
      return new Pledge(id, attendee, sequence, timestampMillis, message, entry);
    }

    SeatLedger.Request request() {
      return new SeatLedger.Request(id, message.seats(), timestampMillis);
    }
  }

  /**
   * @param capacity as the event was created
   * @param cancelledAtSequence where the host's log called the event off
   */
  SeatFold(EventId event, DeviceId host, int capacity, long cancelledAtSequence, QuotaFold quotas) {
    this.event = event;
    this.host = host;
    this.capacity = capacity;
    this.quotas = quotas;
    this.ledger = new LedgerFold(capacity);
    this.cancelledAtSequence = cancelledAtSequence;
  }

  /** All pledges and withdrawals of one attendee, in the order of their log. */
  void requests(List<Recorded<?>> facts) {
    seats = null;
    @Nullable
    Pledge standing = null;
    for (Recorded<?> fact : facts) {
      standing = switch (fact.message()) {
        case Pledged pledged -> pledged(standing, fact, pledged);
        case PledgeWithdrawn withdrawn -> withdrawn(standing, fact, withdrawn.pledge());
        default -> throw new IllegalArgumentException("not a request for a seat: " + fact.message());
      };
    }
  }

  private Pledge pledged(@Nullable Pledge standing, Recorded<?> fact, Pledged message) {
    if (standing != null) {
      anomalies.add(fact.anomaly(Anomaly.Reason.REPEATED,
          fact.author() + " has pledged with entry " + standing.id() + " already"));
      return standing;
    }
    Pledge pledge = new Pledge(fact.id(), fact.author(), fact.sequence(), fact.timestampMillis(), message, null);
    pledges.put(pledge.id(), pledge);
    return pledge;
  }

  private @Nullable Pledge withdrawn(@Nullable Pledge standing, Recorded<?> fact, EntryId pledge) {
    if (standing == null || !pledge.equals(standing.id())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.WRONG_CITATION,
          "entry " + pledge + " is not a standing pledge of " + fact.author()));
      return standing;
    }
    pledges.put(pledge, standing.withdrawnBy(fact.id()));
    return null;
  }

  /** One line of the host's ledger, in the order of its log. */
  void line(Recorded<?> fact) {
    seats = null;
    if (fact.sequence() > cancelledAtSequence) {
      anomalies.add(fact.anomaly(Anomaly.Reason.AFTER_CANCELLATION, "the event was called off before this decision"));
      return;
    }
    switch (fact.message()) {
      case SeatDecision decision -> ledger.decision(fact.with(decision));
      case CapacitySet set -> capacity(fact, set.capacity());
      case SeatsDelegated of -> delegated(fact, of.seats());
      case SeatsReclaimed of -> reclaimed(fact.with(of));
      default -> throw new IllegalArgumentException("not a line of a seat ledger: " + fact.message());
    }
  }

  private void capacity(Recorded<?> fact, int seatsThereAre) {
    if (ledger.limit(ledger.limit() + seatsThereAre - capacity)) {
      capacity = seatsThereAre;
    } else {
      anomalies.add(fact.anomaly(Anomaly.Reason.OVERSOLD, (capacity - ledger.limit() + ledger.taken())
          + " seats were taken or handed out, so the capacity cannot be " + seatsThereAre));
    }
  }

  private void delegated(Recorded<?> fact, int handedOut) {
    if (ledger.limit(ledger.limit() - handedOut)) {
      delegated.add(fact.id());
    } else {
      anomalies.add(fact.anomaly(Anomaly.Reason.OVERSOLD,
          ledger.taken() + " of " + ledger.limit() + " seats were taken, so " + handedOut + " cannot be handed out"));
    }
  }

  private void reclaimed(Recorded<SeatsReclaimed> fact) {
    EntryId entry = fact.message().returned();
    Optional<SeatsReturned> returned = quotas.returned(entry).filter(of -> delegated.contains(of.quota()));
    if (returned.isPresent() && reclaimed.add(entry)) {
      ledger.limit(ledger.limit() + returned.get().seats());
    } else {
      unfounded.add(fact);
    }
  }

  boolean isLedger(DeviceId author) {
    return author.equals(host);
  }

  int capacity() {
    return capacity;
  }

  /** Of all ledgers. */
  private int taken() {
    return ledger.taken() + delegated.stream().mapToInt(quota -> quotas.ledger(quota).taken()).sum();
  }

  /** In the order in which they were handed out. */
  List<Quota> quotas() {
    return delegated.stream().map(quotas::shown).toList();
  }

  /** Returns that the host has not reclaimed yet. */
  List<EntryId> reclaimable() {
    return quotas.returns().values().stream()
        .filter(fact -> delegated.contains(fact.message().quota()) && !reclaimed.contains(fact.id()))
        .map(Recorded::id).toList();
  }

  private Optional<SeatOutcome> outcome(EntryId pledge) {
    Optional<SeatOutcome> ofHost = ledger.outcome(pledge);
    return confirmedByQuota(pledge) ? Optional.of(SeatOutcome.CONFIRMED) : ofHost.or(() -> ofQuota(pledge));
  }

  private Optional<SeatOutcome> ofQuota(EntryId pledge) {
    return delegated.stream().flatMap(quota -> quotas.ledger(quota).outcome(pledge).stream()).findFirst();
  }

  private boolean confirmedByQuota(EntryId pledge) {
    return delegated.stream().anyMatch(quota -> quotas.ledger(quota).isConfirmed(pledge));
  }

  Seats seats() {
    Seats known = seats;
    if (known == null) {
      known = new Seats(event, capacity, taken(), lines());
      seats = known;
    }
    return known;
  }

  Optional<Pledged> pledge(EntryId id) {
    return Optional.ofNullable(pledges.get(id)).map(Pledge::message);
  }

  /** When a pledge that had been put on the waitlist was confirmed, by whichever ledger. */
  OptionalLong movedUpAtMillis(EntryId pledge) {
    boolean waited = decisions(ledger, pledge, SeatOutcome.WAITLISTED).findAny().isPresent();
    return !waited
        ? OptionalLong.empty()
        : Stream.concat(Stream.of(ledger), delegated.stream().map(quotas::ledger))
            .flatMap(of -> decisions(of, pledge, SeatOutcome.CONFIRMED)).mapToLong(Recorded::timestampMillis).min();
  }

  private static Stream<Recorded<SeatDecision>> decisions(LedgerFold of, EntryId pledge, SeatOutcome outcome) {
    return of.counted().stream()
        .filter(fact -> fact.message().pledge().equals(pledge) && fact.message().outcome() == outcome);
  }

  private List<Seat> lines() {
    Set<EntryId> decided = new LinkedHashSet<>(ledger.lines().keySet());
    delegated.forEach(quota -> decided.addAll(quotas.ledger(quota).lines().keySet()));
    List<Pledge> ordered = new ArrayList<>();
    decided.stream().map(pledges::get).filter(pledge -> pledge != null).forEach(ordered::add);
    pledges.values().stream().filter(pledge -> !decided.contains(pledge.id())).sorted(BY_TIME).forEach(ordered::add);
    Map<DeviceId, Pledge> current = new HashMap<>();
    ordered.forEach(pledge -> current.merge(pledge.attendee(), pledge, this::current));
    return ordered.stream().filter(pledge -> pledge.equals(current.get(pledge.attendee()))).map(this::seat).toList();
  }

  /** Whoever pledged again is shown with the seat they still hold, and else with the newer pledge. */
  private Pledge current(Pledge one, Pledge two) {
    if (confirmed(one) != confirmed(two)) {
      return confirmed(one) ? one : two;
    }
    return one.sequence() > two.sequence() ? one : two;
  }

  private boolean confirmed(Pledge pledge) {
    return outcome(pledge.id()).filter(SeatOutcome.CONFIRMED::equals).isPresent();
  }

  private Seat seat(Pledge pledge) {
    boolean withdrawn = pledge.withdrawal() != null;
    Seat.Status status = status(outcome(pledge.id()).orElse(null), withdrawn);
    return new Seat(pledge.attendee(), pledge.id(), pledge.timestampMillis(), pledge.message().guests(),
        pledge.message().version(), status, withdrawn && status == Seat.Status.CONFIRMED);
  }

  private static Seat.Status status(@Nullable SeatOutcome outcome, boolean withdrawn) {
    return switch (outcome) {
      case CONFIRMED -> Seat.Status.CONFIRMED;
      case DECLINED -> Seat.Status.DECLINED;
      case RELEASED -> Seat.Status.WITHDRAWN;
      case WAITLISTED -> withdrawn ? Seat.Status.WITHDRAWN : Seat.Status.WAITLISTED;
      case null -> withdrawn ? Seat.Status.WITHDRAWN : Seat.Status.REQUESTED;
    };
  }

  /** What the host's ledger has to look at, with undecided pledges in the order given. */
  SeatLedger.Open open(MeetupEvent known, List<EntryId> pledgesByArrival) {
    List<SeatLedger.Request> waiting = new ArrayList<>();
    List<SeatLedger.Leaving> leaving = new ArrayList<>();
    ledger.lines().forEach((id, line) -> {
      Pledge pledge = pledges.get(id);
      if (pledge == null) {
        return;
      }
      EntryId withdrawal = pledge.withdrawal();
      if (line.outcome() == SeatOutcome.WAITLISTED && withdrawal == null && !confirmedByQuota(id)) {
        waiting.add(pledge.request());
      } else if (line.outcome() == SeatOutcome.CONFIRMED && withdrawal != null) {
        leaving.add(new SeatLedger.Leaving(id, line.seats(), withdrawal));
      }
    });
    List<SeatLedger.Request> undecided = pledgesByArrival.stream()
        .filter(id -> ledger.outcome(id).isEmpty() && !confirmedByQuota(id))
        .map(pledges::get).filter(pledge -> pledge != null && pledge.withdrawal() == null).map(Pledge::request)
        .toList();
    return new SeatLedger.Open(known, ledger.limit() - ledger.taken(), leaving, waiting, undecided);
  }

  /**
   * The seats of a holder's quotas that nobody needs any more: their owner has withdrawn, or has one of the host as well.
   *
   * @param leaving whether a withdrawal frees a seat now
   */
  List<SeatDecision> superfluous(DeviceId holder, boolean leaving) {
    List<SeatDecision> releases = new ArrayList<>();
    for (Quota quota : quotas()) {
      quotas.ledger(quota.id()).lines().forEach((pledge, line) -> {
        if (quota.holder().equals(holder) && line.outcome() == SeatOutcome.CONFIRMED) {
          because(pledge, leaving).ifPresent(entry -> releases
              .add(new SeatDecision(event, pledge, SeatOutcome.RELEASED, line.seats(), entry, quota.id())));
        }
      });
    }
    return releases;
  }

  private Optional<EntryId> because(EntryId pledge, boolean leaving) {
    Optional<EntryId> withdrawal = Optional.ofNullable(pledges.get(pledge)).map(Pledge::withdrawal)
        .filter(_ -> leaving);
    return withdrawal.or(() -> ledger.isConfirmed(pledge) ? ledger.confirmation(pledge) : Optional.empty());
  }

  List<Anomaly> anomalies(Predicate<EntryId> seen) {
    List<Anomaly> found = new ArrayList<>(anomalies);
    long judgedUntil = unfounded.stream().filter(fact -> !seen.test(fact.message().returned()))
        .mapToLong(Recorded::sequence).min().orElse(Long.MAX_VALUE);
    ledger.anomalies().stream().filter(anomaly -> anomaly.sequence() < judgedUntil).forEach(found::add);
    found.addAll(quotas.anomalies(seen));
    for (Recorded<SeatsReclaimed> fact : unfounded) {
      EntryId returned = fact.message().returned();
      if (seen.test(returned)) {
        found.add(
            fact.anomaly(Anomaly.Reason.WRONG_CITATION, "entry " + returned + " gives nothing back, or not again"));
      }
    }
    ledger.counted().forEach(decision -> citations(decision, seen, found));
    delegated.forEach(
        quota -> quotas.ledger(quota).counted().forEach(decision -> citations(decision, seen, found)));
    return found;
  }

  private void citations(Recorded<SeatDecision> decision, Predicate<EntryId> seen, List<Anomaly> found) {
    SeatDecision said = decision.message();
    if (seen.test(said.pledge()) && !asksFor(said.pledge(), said.seats())) {
      found.add(wrong(decision, said.pledge()));
    }
    EntryId because = said.because();
    if (because != null && seen.test(because) && !frees(said, because)) {
      found.add(wrong(decision, because));
    }
  }

  private static Anomaly wrong(Recorded<SeatDecision> decision, EntryId cited) {
    return decision.anomaly(Anomaly.Reason.WRONG_CITATION, "entry " + cited + " is not what a decision of "
        + decision.message().outcome() + " about " + decision.message().seats() + " may cite");
  }

  private boolean asksFor(EntryId pledge, int seatsWanted) {
    Pledge known = pledges.get(pledge);
    return known != null && known.message().seats() == seatsWanted;
  }

  private boolean frees(SeatDecision release, EntryId because) {
    Pledge known = pledges.get(release.pledge());
    boolean withdrawn = known != null && Objects.equals(because, known.withdrawal());
    return withdrawn
        || (release.quota() != null && ledger.confirmation(release.pledge()).filter(because::equals).isPresent());
  }
}
