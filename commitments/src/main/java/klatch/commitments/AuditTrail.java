package klatch.commitments;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Presence;

/**
 * Recomputes what should have happened from the signed statements and compares. A pure function: the same log gives the
 * same findings on every machine.
 */
final class AuditTrail {
  private final Function<String, Lightning.Invoice> decode;

  /** @param decode reads an invoice; throws {@link IllegalArgumentException} if it is none */
  AuditTrail(Function<String, Lightning.Invoice> decode) {
    this.decode = decode;
  }

  /** Everything that is looked at. */
  record Subject(MeetupEvent event, DepositTerms terms, Statements said, Presence presence,
      Function<DeviceId, List<EntryId>> encounters, long nowMillis) {
    DeviceId host() {
      return event.host();
    }

    Optional<Said<DepositMessage.Verdict>> verdict() {
      return said.first(host(), DepositMessage.Verdict.class);
    }

    Optional<Settlement> settlement() {
      return said.first(host(), DepositMessage.Settled.class).map(Said::message)
          .map(s -> new Settlement(s.event(), s.pot(), s.shares()));
    }

    boolean reported() {
      return said.first(host(), DepositMessage.Report.class).isPresent();
    }
  }

  /** Only what decides on the shares: what a payee checks before claiming. */
  List<Finding> settlement(MeetupEvent event, DepositTerms terms, Statements said, Presence presence) {
    return settlement(new Subject(event, terms, said, presence, person -> List.of(), 0));
  }

  private List<Finding> settlement(Subject of) {
    List<Finding> found = new ArrayList<>();
    verdict(of, found);
    guarded(of, found, () -> shares(of, found));
    guarded(of, found, () -> rounds(of, found));
    return found;
  }

  /** A liar's numbers may not add up at all: more paid than there was, shares of another pot. That is a finding too. */
  private static void guarded(Subject of, List<Finding> found, Runnable part) {
    try {
      part.run();
    } catch (IllegalArgumentException e) {
      List<EntryId> proofs = of.said().first(of.host(), DepositMessage.Settled.class).map(s -> List.of(s.entry()))
          .orElse(List.of());
      found.add(new Finding(Finding.Kind.WRONG_SETTLEMENT, Optional.empty(),
          "the amounts cannot all be true: " + e.getMessage(), proofs));
    }
  }

  /** All differences, and what is not done yet and need not be. */
  Audit all(Subject of) {
    List<Finding> found = settlement(of);
    List<Finding> pending = new ArrayList<>();
    found.addAll(new DepositAudit(of).findings());
    guarded(of, found, () -> new PayoutAudit(of, decode, found, pending).look());
    return new Audit(of.event().id(), of.reported(), found, pending);
  }

  private static void verdict(Subject of, List<Finding> found) {
    Said<DepositMessage.Verdict> said = of.verdict().orElse(null);
    if (said == null) {
      return;
    }
    if (said.timestampMillis() < of.terms().clock().appealsCloseAtMillis()) {
      found.add(new Finding(Finding.Kind.TOO_EARLY, Optional.empty(), "the verdict is of " + said.timestampMillis()
          + ", appeals close at " + of.terms().clock().appealsCloseAtMillis(), List.of(said.entry())));
    }
    DepositMessage.Verdict expected = Judgement.of(of.event(), of.said(), of.presence());
    Set<DeviceId> present = new HashSet<>(said.message().present());
    Set<DeviceId> absent = new HashSet<>(said.message().absent());
    for (DeviceId person : expected.present()) {
      if (!present.remove(person)) {
        List<EntryId> proofs = new ArrayList<>(List.of(said.entry()));
        proofs.addAll(of.encounters().apply(person));
        found.add(new Finding(Finding.Kind.WRONG_VERDICT, Optional.of(person),
            "signed encounters show that " + person + " was there; the verdict does not say so", proofs));
        absent.remove(person);
      }
    }
    for (DeviceId person : expected.absent()) {
      if (!absent.remove(person)) {
        found.add(new Finding(Finding.Kind.WRONG_VERDICT, Optional.of(person),
            "no signed encounter shows that " + person + " was there; the verdict does not call them absent",
            List.of(said.entry())));
        present.remove(person);
      }
    }
    present.addAll(absent);
    for (DeviceId person : present) {
      boolean undone = of.presence().undone().contains(person);
      found.add(new Finding(undone ? Finding.Kind.WRONG_VERDICT : Finding.Kind.WRONG_DEPOSIT, Optional.of(person),
          "the verdict names " + person + (undone
              ? ", whose check-in was undone: they are neither present nor absent"
              : ", whose deposit was not held"),
          List.of(said.entry())));
    }
  }

  private static void shares(Subject of, List<Finding> found) {
    Said<DepositMessage.Settled> said = of.said().first(of.host(), DepositMessage.Settled.class).orElse(null);
    if (said == null) {
      return;
    }
    List<Said<DepositMessage.Collected>> collected = of.said().all(of.host(), DepositMessage.Collected.class);
    List<EntryId> proofs = new ArrayList<>(List.of(said.entry()));
    Set<DeviceId> counted = new HashSet<>();
    Msat pot = Msat.ZERO;
    for (Said<DepositMessage.Collected> one : collected) {
      proofs.add(one.entry());
      pot = counted.add(one.message().person()) ? pot.plus(one.message().amount()) : pot;
    }
    List<DeviceId> present = of.verdict().map(v -> v.message().present()).orElse(List.of());
    of.verdict().ifPresent(v -> proofs.add(v.entry()));
    if (pot.value() > 0 && present.isEmpty()) {
      found.add(new Finding(Finding.Kind.WRONG_SETTLEMENT, Optional.empty(),
          pot + " were collected although nobody was there", proofs));
      return;
    }
    Settlement expected = Settlement.of(of.event().id(), present, pot);
    if (!expected.pot().equals(said.message().pot()) || !expected.shares().equals(said.message().shares())) {
      found.add(new Finding(Finding.Kind.WRONG_SETTLEMENT, Optional.empty(),
          "the receipts give a pot of " + expected.pot() + " and shares of " + brief(expected.shares())
              + "; the settlement says " + said.message().pot() + " and " + brief(said.message().shares()),
          proofs));
    }
  }

  private static String brief(List<Share> shares) {
    return shares.isEmpty() ? "nothing" : shares.getFirst().amount() + " for each of " + shares.size();
  }

  private static void rounds(Subject of, List<Finding> found) {
    Settlement settlement = of.settlement().orElse(null);
    List<Payouts.Done> done = of.said().done(of.host());
    int rounds = of.said().rounds(of.host());
    if (settlement == null) {
      return;
    }
    for (int number = 1; number <= rounds && number <= done.size() + 1; number++) {
      Said<DepositMessage.Round> said = of.said().round(of.host(), number).orElseThrow();
      List<Payout> expected = Payouts.next(settlement, done.subList(0, number - 1));
      if (!said.message().payouts().equals(expected)) {
        found.add(new Finding(Finding.Kind.WRONG_ROUND, Optional.empty(), "round " + number + " should pay "
            + total(expected) + " to " + expected.size() + " people and pays " + total(said.message().payouts())
            + " to " + said.message().payouts().size(), List.of(said.entry())));
        return;
      }
    }
  }

  private static Msat total(List<Payout> payouts) {
    return payouts.stream().map(Payout::amount).reduce(Msat.ZERO, Msat::plus);
  }
}
