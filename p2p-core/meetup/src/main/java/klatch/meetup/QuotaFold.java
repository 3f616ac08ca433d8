package klatch.meetup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.log.EntryId;

/**
 * The ledgers of those whom an event's host has handed seats, one for each quota. Each looks at its holder's log alone and
 * at how many seats the quota has, so that two holders, or a holder and the host, never give the same seat.
 */
final class QuotaFold {
  private final EventId event;
  private final Map<EntryId, Ledger> ledgers = new LinkedHashMap<>();
  private final Map<EntryId, Recorded<SeatsReturned>> returns = new LinkedHashMap<>();
  private final List<Anomaly> anomalies = new ArrayList<>();
  /** Lines that name a quota which is not here, or not theirs. */
  private final List<Recorded<?>> strays = new ArrayList<>();

  private record Ledger(DeviceId holder, int seats, LedgerFold fold) {
    Quota shown(EntryId id) {
      return new Quota(id, holder, seats, fold.taken(), seats - fold.limit());
    }
  }

  /**
   * @param delegations by the event's host
   * @param lines decisions and returns that name a quota, by anybody, each log in its order
   */
  QuotaFold(EventId event, List<Recorded<SeatsDelegated>> delegations, List<Recorded<?>> lines) {
    this.event = event;
    for (Recorded<SeatsDelegated> fact : delegations) {
      SeatsDelegated delegated = fact.message();
      ledgers.put(fact.id(), new Ledger(delegated.to(), delegated.seats(), new LedgerFold(delegated.seats())));
    }
    lines.forEach(this::line);
  }

  /** The quota that a line is about; null when it is about none. */
  static Optional<EntryId> quota(Recorded<?> fact) {
    return switch (fact.message()) {
      case SeatDecision decision -> Optional.ofNullable(decision.quota());
      case SeatsReturned returned -> Optional.of(returned.quota());
      default -> Optional.empty();
    };
  }

  private void line(Recorded<?> fact) {
    Ledger ledger = ledgers.get(quota(fact).orElseThrow());
    if (ledger == null || !ledger.holder().equals(fact.author())) {
      strays.add(fact);
      return;
    }
    switch (fact.message()) {
      case SeatDecision decision -> ledger.fold().decision(fact.with(decision));
      case SeatsReturned returned -> returned(ledger.fold(), fact.with(returned));
      default -> throw new IllegalArgumentException("not a line of a quota: " + fact.message());
    }
  }

  private void returned(LedgerFold ledger, Recorded<SeatsReturned> fact) {
    if (ledger.limit(ledger.limit() - fact.message().seats())) {
      returns.put(fact.id(), fact);
    } else {
      anomalies.add(fact.anomaly(Anomaly.Reason.OVERSOLD, ledger.taken() + " of " + ledger.limit()
          + " seats were taken, so " + fact.message().seats() + " cannot come back"));
    }
  }

  /** A return that holds: as many seats of its quota were free. */
  Optional<SeatsReturned> returned(EntryId entry) {
    return Optional.ofNullable(returns.get(entry)).map(Recorded::message);
  }

  /** Returns that hold, by entry. */
  Map<EntryId, Recorded<SeatsReturned>> returns() {
    return returns;
  }

  LedgerFold ledger(EntryId quota) {
    Ledger known = ledgers.get(quota);
    if (known == null) {
      throw new IllegalArgumentException("no quota " + quota + " at event " + event);
    }
    return known.fold();
  }

  Quota shown(EntryId quota) {
    return Optional.ofNullable(ledgers.get(quota)).orElseThrow().shown(quota);
  }

  /** @param seen whether an entry has arrived; a quota that has not may still turn out right */
  List<Anomaly> anomalies(java.util.function.Predicate<EntryId> seen) {
    List<Anomaly> found = new ArrayList<>(anomalies);
    ledgers.values().forEach(ledger -> found.addAll(ledger.fold().anomalies()));
    for (Recorded<?> stray : strays) {
      EntryId quota = quota(stray).orElseThrow();
      if (seen.test(quota)) {
        found.add(stray.anomaly(Anomaly.Reason.WRONG_CITATION, "entry " + quota + " is no quota of " + stray.author()));
      }
    }
    return found;
  }
}
