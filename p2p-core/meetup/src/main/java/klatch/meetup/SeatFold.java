package klatch.meetup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pledges of one event and the organiser's ledger into {@link Seats}. The ledger alone decides how many
 * seats are taken, in the order of its log, so that no order of arrival can oversell; the pledges say whose they are.
 */
final class SeatFold {
  private static final Comparator<Pledge> BY_TIME = Comparator.comparingLong(Pledge::timestampMillis)
      .thenComparing(Pledge::id);

  private final MeetupEvent event;
  private final long cancelledAtSequence;
  private final Map<EntryId, Pledge> pledges = new HashMap<>();
  private final Map<EntryId, SeatOutcome> ledger = new LinkedHashMap<>();
  private int taken;
  private final List<Anomaly> anomalies = new ArrayList<>();
  private final List<Citation> citations = new ArrayList<>();
  private @Nullable Seats seats;

  /** An attendee's wish; {@code withdrawal} is null while it stands. */
  record Pledge(EntryId id, DeviceId attendee, long sequence, long timestampMillis, @Nullable EntryId withdrawal) {
    Pledge withdrawnBy(EntryId entry) {
      return new Pledge(id, attendee, sequence, timestampMillis, entry);
    }
  }

  /** A decision's reference, which can be judged only when the cited entry is here. */
  private record Citation(Recorded<SeatDecision> decision, EntryId cited, boolean asWithdrawal) {
  }

  /** @param cancelledAtSequence where the organiser's log called the event off */
  SeatFold(MeetupEvent event, long cancelledAtSequence) {
    this.event = event;
    this.cancelledAtSequence = cancelledAtSequence;
  }

  /** All pledges and withdrawals of one attendee, in the order of their log. */
  void requests(List<Recorded<?>> facts) {
    seats = null;
    @Nullable
    Pledge standing = null;
    for (Recorded<?> fact : facts) {
      standing = switch (fact.message()) {
        case Pledged _ -> pledged(standing, fact);
        case PledgeWithdrawn withdrawn -> withdrawn(standing, fact, withdrawn.pledge());
        default -> throw new IllegalArgumentException("not a request for a seat: " + fact.message());
      };
    }
  }

  private Pledge pledged(@Nullable Pledge standing, Recorded<?> fact) {
    if (standing != null) {
      anomalies.add(fact.anomaly(Anomaly.Reason.REPEATED,
          fact.author() + " has pledged with entry " + standing.id() + " already"));
      return standing;
    }
    Pledge pledge = new Pledge(fact.id(), fact.author(), fact.sequence(), fact.timestampMillis(), null);
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

  /** One decision of the organiser, in the order of its log. */
  void decision(Recorded<SeatDecision> fact) {
    seats = null;
    SeatDecision decision = fact.message();
    SeatOutcome before = ledger.get(decision.pledge());
    if (fact.sequence() > cancelledAtSequence) {
      refuse(fact, Anomaly.Reason.AFTER_CANCELLATION, "the event was called off before this decision");
    } else if (!follows(before, decision.outcome())) {
      refuse(fact, Anomaly.Reason.WRONG_ORDER, decision.outcome() + " cannot follow "
          + (before == null ? "no decision" : before) + " for pledge " + decision.pledge());
    } else if (decision.outcome() == SeatOutcome.CONFIRMED && taken >= event.details().capacity()) {
      refuse(fact, Anomaly.Reason.OVERSOLD, "all " + event.details().capacity() + " seats were taken");
    } else {
      if (decision.outcome() == SeatOutcome.CONFIRMED) {
        taken++;
      } else if (decision.outcome() == SeatOutcome.RELEASED) {
        taken--;
      }
      ledger.put(decision.pledge(), decision.outcome());
      citations.add(new Citation(fact, decision.pledge(), false));
      EntryId withdrawal = decision.withdrawal();
      if (withdrawal != null) {
        citations.add(new Citation(fact, withdrawal, true));
      }
    }
  }

  private void refuse(Recorded<SeatDecision> fact, Anomaly.Reason reason, String explanation) {
    anomalies.add(fact.anomaly(reason, explanation));
  }

  private static boolean follows(@Nullable SeatOutcome before, SeatOutcome next) {
    return switch (next) {
      case CONFIRMED, DECLINED -> before == null || before == SeatOutcome.WAITLISTED;
      case WAITLISTED -> before == null;
      case RELEASED -> before == SeatOutcome.CONFIRMED;
    };
  }

  boolean isLedger(DeviceId author) {
    return author.equals(event.host());
  }

  Seats seats() {
    Seats known = seats;
    if (known == null) {
      known = new Seats(event.id(), event.details().capacity(), taken, lines());
      seats = known;
    }
    return known;
  }

  private List<Seat> lines() {
    List<Pledge> ordered = new ArrayList<>();
    ledger.keySet().stream().map(pledges::get).filter(pledge -> pledge != null).forEach(ordered::add);
    pledges.values().stream().filter(pledge -> !ledger.containsKey(pledge.id())).sorted(BY_TIME).forEach(ordered::add);
    Map<DeviceId, Pledge> current = new HashMap<>();
    ordered.forEach(pledge -> current.merge(pledge.attendee(), pledge, this::current));
    return ordered.stream().filter(pledge -> pledge.equals(current.get(pledge.attendee()))).map(this::line).toList();
  }

  /** Whoever pledged again is shown with the seat they still hold, and else with the newer pledge. */
  private Pledge current(Pledge one, Pledge two) {
    boolean oneConfirmed = ledger.get(one.id()) == SeatOutcome.CONFIRMED;
    boolean twoConfirmed = ledger.get(two.id()) == SeatOutcome.CONFIRMED;
    if (oneConfirmed != twoConfirmed) {
      return oneConfirmed ? one : two;
    }
    return one.sequence() > two.sequence() ? one : two;
  }

  private Seat line(Pledge pledge) {
    boolean withdrawn = pledge.withdrawal() != null;
    Seat.Status status = status(ledger.get(pledge.id()), withdrawn);
    return new Seat(pledge.attendee(), pledge.id(), pledge.timestampMillis(), status,
        withdrawn && status == Seat.Status.CONFIRMED);
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

  /** What the organiser's ledger has to look at, with undecided pledges in the order given. */
  SeatLedger.Open open(List<EntryId> pledgesByArrival) {
    List<EntryId> waiting = new ArrayList<>();
    List<SeatLedger.Leaving> leaving = new ArrayList<>();
    ledger.forEach((id, outcome) -> {
      Optional<EntryId> withdrawal = Optional.ofNullable(pledges.get(id)).map(Pledge::withdrawal);
      if (outcome == SeatOutcome.WAITLISTED && withdrawal.isEmpty()) {
        waiting.add(id);
      } else if (outcome == SeatOutcome.CONFIRMED) {
        withdrawal.ifPresent(entry -> leaving.add(new SeatLedger.Leaving(id, entry)));
      }
    });
    List<EntryId> undecided = pledgesByArrival.stream().filter(id -> !ledger.containsKey(id)).map(pledges::get)
        .filter(pledge -> pledge != null && pledge.withdrawal() == null).map(Pledge::id).toList();
    return new SeatLedger.Open(event, taken, leaving, waiting, undecided);
  }

  List<Anomaly> anomalies(Predicate<EntryId> seen) {
    List<Anomaly> found = new ArrayList<>(anomalies);
    for (Citation citation : citations) {
      SeatDecision decision = citation.decision().message();
      boolean right = citation.asWithdrawal()
          ? isWithdrawal(decision.pledge(), citation.cited())
          : pledges.containsKey(citation.cited());
      if (!right && seen.test(citation.cited())) {
        found.add(citation.decision().anomaly(Anomaly.Reason.WRONG_CITATION,
            "entry " + citation.cited() + " is not what a decision of " + decision.outcome() + " may cite"));
      }
    }
    return found;
  }

  private boolean isWithdrawal(EntryId pledge, EntryId entry) {
    Pledge known = pledges.get(pledge);
    return known != null && Objects.equals(entry, known.withdrawal());
  }
}
