package klatch.meetup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * One seat ledger, read in the order of its log: which pledges have seats, and never more seats than it may give. It
 * looks at nothing but that log, so no order of arrival can oversell.
 */
final class LedgerFold {
  private final Map<EntryId, Line> lines = new LinkedHashMap<>();
  private final List<Recorded<SeatDecision>> counted = new ArrayList<>();
  private final List<Anomaly> anomalies = new ArrayList<>();
  private int limit;
  private int taken;

  /** Where a pledge stands in this ledger. */
  record Line(SeatOutcome outcome, int seats) {
  }

  /** @param limit seats it may give */
  LedgerFold(int limit) {
    this.limit = limit;
  }

  /** @return whether there may be so few; if not, nothing has changed */
  boolean limit(int seats) {
    if (seats < taken) {
      return false;
    }
    limit = seats;
    return true;
  }

  void decision(Recorded<SeatDecision> fact) {
    SeatDecision decision = fact.message();
    Line before = lines.get(decision.pledge());
    if (!follows(before, decision)) {
      anomalies.add(fact.anomaly(Anomaly.Reason.WRONG_ORDER, decision.outcome() + " of " + decision.seats()
          + " cannot follow " + (before == null ? "no decision" : before) + " for pledge " + decision.pledge()));
    } else if (decision.outcome() == SeatOutcome.CONFIRMED && decision.seats() > limit - taken) {
      anomalies.add(fact.anomaly(Anomaly.Reason.OVERSOLD,
          taken + " of " + limit + " seats were taken, and " + decision.seats() + " more are confirmed"));
    } else {
      taken += switch (decision.outcome()) {
        case CONFIRMED -> decision.seats();
        case RELEASED -> -decision.seats();
        case WAITLISTED, DECLINED -> 0;
      };
      lines.put(decision.pledge(), new Line(decision.outcome(), decision.seats()));
      counted.add(fact);
    }
  }

  private static boolean follows(@Nullable Line before, SeatDecision next) {
    if (before != null && before.seats() != next.seats()) {
      return false;
    }
    SeatOutcome outcome = before == null ? null : before.outcome();
    return switch (next.outcome()) {
      case CONFIRMED, DECLINED -> outcome == null || outcome == SeatOutcome.WAITLISTED;
      case WAITLISTED -> outcome == null;
      case RELEASED -> outcome == SeatOutcome.CONFIRMED;
    };
  }

  int limit() {
    return limit;
  }

  int taken() {
    return taken;
  }

  Optional<SeatOutcome> outcome(EntryId pledge) {
    return Optional.ofNullable(lines.get(pledge)).map(Line::outcome);
  }

  boolean isConfirmed(EntryId pledge) {
    return outcome(pledge).filter(SeatOutcome.CONFIRMED::equals).isPresent();
  }

  /** The entry that confirmed the pledge, whatever came of it later. */
  Optional<EntryId> confirmation(EntryId pledge) {
    return counted.stream().filter(fact -> fact.message().outcome() == SeatOutcome.CONFIRMED
        && fact.message().pledge().equals(pledge)).map(Recorded::id).findFirst();
  }

  /** By pledge, in the order of the first decision. */
  Map<EntryId, Line> lines() {
    return lines;
  }

  /** The decisions that count, in order. */
  List<Recorded<SeatDecision>> counted() {
    return counted;
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
