package klatch.commitments;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.commitments.PayoutOutcome.Paid;
import klatch.commitments.PayoutOutcome.Repriced;
import klatch.commitments.PayoutOutcome.Unclaimed;
import klatch.log.DeviceId;

/**
 * The rounds in which a pot is paid out: a pure function of the settlement and of how earlier rounds ended
 * (docs/decisions/0005-reserve.md). What a round does not spend is paid in the next one, until nothing sensible is left.
 */
public final class Payouts {
  /** The least that is worth a payment: nodes by default refuse to forward less than one satoshi. */
  public static final Msat LEAST = Msat.ofSat(1);

  /** Rounds after this one would move dust only. */
  public static final int MAX_ROUNDS = 8;

  /** @param outcomes of every payout of the round */
  public record Done(List<Payout> payouts, Map<DeviceId, PayoutOutcome> outcomes) {
    public Done {
      payouts = List.copyOf(payouts);
      outcomes = Map.copyOf(outcomes);
      for (Payout payout : payouts) {
        if (!outcomes.containsKey(payout.person())) {
          throw new IllegalArgumentException("no outcome for " + payout);
        }
      }
    }
  }

  private Payouts() {}

  /** What is left of the pot after these rounds. */
  public static Msat left(Settlement settlement, List<Done> rounds) {
    Msat left = settlement.pot();
    for (Done round : rounds) {
      for (PayoutOutcome outcome : round.outcomes().values()) {
        left = switch (outcome) {
          case Paid(var amount, var fee) -> left.minus(amount).minus(fee);
          case Unclaimed _,Repriced _ -> left;
        };
      }
    }
    return left;
  }

  /** The payouts of the next round, in the order of the draw; empty when nothing sensible is left to pay. */
  public static List<Payout> next(Settlement settlement, List<Done> rounds) {
    if (settlement.shares().isEmpty() || rounds.size() >= MAX_ROUNDS) {
      return List.of();
    }
    return rounds.isEmpty() ? first(settlement) : following(settlement, rounds);
  }

  private static List<Payout> first(Settlement settlement) {
    List<DeviceId> order = settlement.shares().stream().map(Share::person).toList();
    for (int people = order.size(); people > 0; people--) {
      List<Payout> payouts = new ArrayList<>();
      for (Share share : Settlement.split(settlement.pot(), order.subList(0, people))) {
        payout(share.person(), share.amount(), FeeBudget.of(share.amount())).ifPresent(payouts::add);
      }
      if (payouts.size() == people) {
        return payouts;
      }
    }
    return List.of();
  }

  private static List<Payout> following(Settlement settlement, List<Done> rounds) {
    List<DeviceId> order = settlement.shares().stream().map(Share::person).toList();
    Map<DeviceId, Msat> prices = prices(rounds);
    List<DeviceId> payees = order.stream().filter(prices::containsKey).toList();
    Map<DeviceId, Due> kept = kept(order, rounds.getLast(), prices);
    Msat common = left(settlement, rounds);
    for (Due due : kept.values()) {
      common = common.minus(due.entitled());
    }
    for (int people = payees.size(); people > 0; people--) {
      Map<DeviceId, Due> due = new HashMap<>(kept);
      for (Share share : Settlement.split(common, payees.subList(0, people))) {
        due.merge(share.person(), new Due(share.amount(), price(prices, share.person())), Due::and);
      }
      if (due.values().stream().allMatch(Due::sensible)) {
        return payouts(order, due);
      }
    }
    return payouts(order, kept);
  }

  private static List<Payout> payouts(List<DeviceId> order, Map<DeviceId, Due> due) {
    List<Payout> payouts = new ArrayList<>();
    for (DeviceId person : order) {
      Due of = due.get(person);
      if (of != null) {
        payout(person, of.entitled(), of.price()).ifPresent(payouts::add);
      }
    }
    return payouts;
  }

  /** What the last payment to each person cost, or would have cost; nobody who left something unclaimed. */
  private static Map<DeviceId, Msat> prices(List<Done> rounds) {
    Map<DeviceId, Msat> prices = new HashMap<>();
    for (Done round : rounds) {
      round.outcomes().forEach((person, outcome) -> {
        switch (outcome) {
          case Paid(_, var fee) -> prices.put(person, fee);
          case Repriced(var fee) -> prices.put(person, fee);
          case Unclaimed _ -> prices.remove(person);
        }
      });
    }
    return prices;
  }

  /**
   * What is not for everybody: an unclaimed payout goes to the next payee by the draw, a repriced one stays with its
   * person. Whatever is too small for a payment of its own is left to the common part.
   */
  private static Map<DeviceId, Due> kept(List<DeviceId> order, Done last, Map<DeviceId, Msat> prices) {
    Map<DeviceId, Due> kept = new HashMap<>();
    for (Payout payout : last.payouts()) {
      DeviceId person = payout.person();
      switch (outcome(last, person)) {
        case Paid _ -> {
        }
        case Repriced(var fee) -> kept.merge(person, new Due(payout.entitled(), fee), Due::and);
        case Unclaimed _ -> {
          Optional<DeviceId> heir = after(order, person, prices);
          // A share that is passed on is a large payment: an earlier price for a small one does not hold for it.
          heir.ifPresent(h -> kept.merge(h, new Due(payout.entitled(),
              larger(FeeBudget.of(payout.entitled()), price(prices, h))), Due::and));
        }
      }
    }
    kept.values().removeIf(due -> !due.sensible());
    return kept;
  }

  private static PayoutOutcome outcome(Done round, DeviceId person) {
    PayoutOutcome outcome = round.outcomes().get(person);
    return outcome == null ? new Unclaimed() : outcome;
  }

  private static Optional<DeviceId> after(List<DeviceId> order, DeviceId person, Map<DeviceId, Msat> payees) {
    int at = order.indexOf(person);
    for (int i = 1; i < order.size(); i++) {
      DeviceId next = order.get((at + i) % order.size());
      if (payees.containsKey(next)) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  private static Msat price(Map<DeviceId, Msat> prices, DeviceId person) {
    return prices.getOrDefault(person, Msat.ZERO);
  }

  private static Msat larger(Msat a, Msat b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** What one person has coming, and what sending it will cost at most. */
  private record Due(Msat entitled, Msat price) {
    Due and(Due other) {
      return new Due(entitled.plus(other.entitled), larger(price, other.price));
    }

    boolean sensible() {
      return entitled.compareTo(price.plus(LEAST)) >= 0;
    }
  }

  private static Optional<Payout> payout(DeviceId person, Msat entitled, Msat fee) {
    return entitled.compareTo(fee.plus(LEAST)) < 0
        ? Optional.empty()
        : Optional.of(new Payout(person, entitled, entitled.minus(fee)));
  }
}
