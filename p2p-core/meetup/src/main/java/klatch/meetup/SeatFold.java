package klatch.meetup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pledges of one event and its host's ledger into {@link Seats}. The ledger alone decides how many seats are
 * taken; the pledges say whose they are.
 */
final class SeatFold {
  private static final Comparator<Pledge> BY_TIME = Comparator.comparingLong(Pledge::timestampMillis)
      .thenComparing(Pledge::id);

  private final EventId event;
  private final DeviceId host;
  private final long cancelledAtSequence;
  private final Map<EntryId, Pledge> pledges = new HashMap<>();
  private final LedgerFold ledger;
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
  SeatFold(EventId event, DeviceId host, int capacity, long cancelledAtSequence) {
    this.event = event;
    this.host = host;
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
      default -> throw new IllegalArgumentException("not a line of a seat ledger: " + fact.message());
    }
  }

  private void capacity(Recorded<?> fact, int capacity) {
    if (!ledger.limit(capacity)) {
      anomalies.add(fact.anomaly(Anomaly.Reason.OVERSOLD,
          ledger.taken() + " seats were taken, so the capacity cannot be " + capacity));
    }
  }

  boolean isLedger(DeviceId author) {
    return author.equals(host);
  }

  int capacity() {
    return ledger.limit();
  }

  Seats seats() {
    Seats known = seats;
    if (known == null) {
      known = new Seats(event, capacity(), ledger.taken(), lines());
      seats = known;
    }
    return known;
  }

  Optional<Pledged> pledge(EntryId id) {
    return Optional.ofNullable(pledges.get(id)).map(Pledge::message);
  }

  private List<Seat> lines() {
    List<Pledge> ordered = new ArrayList<>();
    ledger.lines().keySet().stream().map(pledges::get).filter(pledge -> pledge != null).forEach(ordered::add);
    pledges.values().stream().filter(pledge -> ledger.outcome(pledge.id()).isEmpty()).sorted(BY_TIME)
        .forEach(ordered::add);
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
    return ledger.outcome(pledge.id()).filter(SeatOutcome.CONFIRMED::equals).isPresent();
  }

  private Seat seat(Pledge pledge) {
    boolean withdrawn = pledge.withdrawal() != null;
    Seat.Status status = status(ledger.outcome(pledge.id()).orElse(null), withdrawn);
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
      if (line.outcome() == SeatOutcome.WAITLISTED && withdrawal == null) {
        waiting.add(pledge.request());
      } else if (line.outcome() == SeatOutcome.CONFIRMED && withdrawal != null) {
        leaving.add(new SeatLedger.Leaving(id, line.seats(), withdrawal));
      }
    });
    List<SeatLedger.Request> undecided = pledgesByArrival.stream().filter(id -> ledger.outcome(id).isEmpty())
        .map(pledges::get).filter(pledge -> pledge != null && pledge.withdrawal() == null).map(Pledge::request)
        .toList();
    return new SeatLedger.Open(known, ledger.limit() - ledger.taken(), leaving, waiting, undecided);
  }

  List<Anomaly> anomalies(Predicate<EntryId> seen) {
    List<Anomaly> found = new ArrayList<>(anomalies);
    found.addAll(ledger.anomalies());
    for (Recorded<SeatDecision> decision : ledger.counted()) {
      SeatDecision said = decision.message();
      if (seen.test(said.pledge()) && !asksFor(said.pledge(), said.seats())) {
        found.add(wrong(decision, said.pledge()));
      }
      EntryId withdrawal = said.withdrawal();
      if (withdrawal != null && seen.test(withdrawal) && !isWithdrawal(said.pledge(), withdrawal)) {
        found.add(wrong(decision, withdrawal));
      }
    }
    return found;
  }

  private static Anomaly wrong(Recorded<SeatDecision> decision, EntryId cited) {
    return decision.anomaly(Anomaly.Reason.WRONG_CITATION, "entry " + cited + " is not what a decision of "
        + decision.message().outcome() + " about " + decision.message().seats() + " may cite");
  }

  private boolean asksFor(EntryId pledge, int seatsWanted) {
    Pledge known = pledges.get(pledge);
    return known != null && known.message().seats() == seatsWanted;
  }

  private boolean isWithdrawal(EntryId pledge, EntryId entry) {
    Pledge known = pledges.get(pledge);
    return known != null && Objects.equals(entry, known.withdrawal());
  }
}
