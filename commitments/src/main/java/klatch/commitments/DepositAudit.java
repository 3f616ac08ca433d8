package klatch.commitments;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.log.EntryId;

/** Looks at what was held, given back and collected. */
final class DepositAudit {
  private final AuditTrail.Subject of;
  private final List<Finding> found = new ArrayList<>();

  DepositAudit(AuditTrail.Subject of) {
    this.of = of;
  }

  List<Finding> findings() {
    of.said().all(of.host(), DepositMessage.HeldReceipt.class).forEach(this::held);
    of.said().all(of.host(), DepositMessage.Collected.class).forEach(this::collected);
    of.said().all(of.host(), DepositMessage.Offer.class).stream().map(s -> s.message().person()).distinct()
        .forEach(this::taken);
    contradictions();
    return found;
  }

  private void held(Said<DepositMessage.HeldReceipt> held) {
    DeviceId person = held.message().person();
    boolean decided = of.said().released(of.host(), person).isPresent()
        || of.said().collected(of.host(), person).isPresent();
    boolean late = of.nowMillis() >= of.terms().clock().payoutsCloseAtMillis();
    if (!decided && (of.reported() || late)) {
      add(Finding.Kind.DEPOSIT_FORGOTTEN, person,
          "the deposit of " + person + " was held and neither given back nor collected", List.of(held.entry()));
    }
    if (!held.message().amount().equals(of.terms().deposit())) {
      add(Finding.Kind.WRONG_DEPOSIT, person, "the deposit of " + person + " is " + held.message().amount()
          + ", the terms say " + of.terms().deposit(), List.of(held.entry()));
    }
  }

  private void collected(Said<DepositMessage.Collected> collected) {
    DeviceId person = collected.message().person();
    List<EntryId> proofs = new ArrayList<>(List.of(collected.entry()));
    Optional<Said<DepositMessage.HeldReceipt>> held = of.said().held(of.host(), person);
    held.ifPresent(h -> proofs.add(h.entry()));
    if (held.isEmpty() || !held.get().message().hash().equals(collected.message().hash())
        || !held.get().message().amount().equals(collected.message().amount())) {
      add(Finding.Kind.WRONG_DEPOSIT, person,
          "what was collected of " + person + " is not what a receipt says was held", proofs);
    }
    of.verdict().ifPresent(v -> proofs.add(v.entry()));
    if (of.presence().isPresent(person)) {
      List<EntryId> withEncounters = new ArrayList<>(proofs);
      withEncounters.addAll(of.encounters().apply(person));
      add(Finding.Kind.COLLECTED_PRESENT, person, person + " was there and " + collected.message().amount()
          + " of their deposit were taken", withEncounters);
    }
    if (of.verdict().filter(v -> v.sequence() < collected.sequence()).filter(v -> against(v, person)).isEmpty()) {
      add(Finding.Kind.COLLECTED_WITHOUT_VERDICT, person,
          "no verdict before it allows to take the deposit of " + person, proofs);
    }
    of.said().released(of.host(), person)
        .ifPresent(r -> add(Finding.Kind.CONTRADICTION, person,
            "the deposit of " + person + " is said to be both given back and collected",
            List.of(r.entry(), collected.entry())));
  }

  private boolean against(Said<DepositMessage.Verdict> verdict, DeviceId person) {
    return verdict.message().absent().contains(person)
        && verdict.message().present().size() >= of.terms().minimumPresent();
  }

  /** What the organiser does not say is shown by whom it was taken from. Said too, it is looked at as collected. */
  private void taken(DeviceId person) {
    Optional<Said<DepositMessage.Taken>> taken = of.said().taken(of.host(), person);
    if (taken.isEmpty() || of.said().collected(of.host(), person).isPresent()) {
      return;
    }
    List<EntryId> proofs = new ArrayList<>(List.of(taken.get().entry()));
    of.said().offer(of.host(), person).ifPresent(s -> proofs.add(s.entry()));
    of.said().held(of.host(), person).ifPresent(s -> proofs.add(s.entry()));
    Optional<Said<DepositMessage.Released>> released = of.said().released(of.host(), person);
    if (of.presence().isPresent(person)) {
      List<EntryId> withEncounters = new ArrayList<>(proofs);
      withEncounters.addAll(of.encounters().apply(person));
      add(Finding.Kind.COLLECTED_PRESENT, person,
          person + " was there and shows the preimage with which their deposit was taken", withEncounters);
    }
    boolean over = of.reported() || of.nowMillis() >= of.terms().clock().payoutsCloseAtMillis();
    if (released.isPresent() || over) {
      released.ifPresent(s -> proofs.add(s.entry()));
      add(Finding.Kind.TAKEN_UNSAID, person, "the deposit of " + person + " was taken, "
          + (released.isPresent() ? "said is that it was given back" : "which the organiser does not say"), proofs);
    }
    of.verdict().filter(v -> !against(v, person)).ifPresent(v -> {
      List<EntryId> withVerdict = new ArrayList<>(proofs);
      withVerdict.add(v.entry());
      add(Finding.Kind.COLLECTED_WITHOUT_VERDICT, person,
          "the verdict does not allow to take the deposit of " + person, withVerdict);
    });
  }

  /** Whatever can be true once only, said twice and not the same. */
  private void contradictions() {
    Map<String, Said<?>> first = new HashMap<>();
    for (Class<? extends DepositMessage> kind : List.of(DepositMessage.HeldReceipt.class,
        DepositMessage.Released.class, DepositMessage.Verdict.class, DepositMessage.Collected.class,
        DepositMessage.Settled.class, DepositMessage.Round.class, DepositMessage.Paid.class,
        DepositMessage.Withdrawal.class, DepositMessage.Report.class)) {
      for (Said<?> said : of.said().all(of.host(), kind)) {
        Said<?> other = first.putIfAbsent(subject(said.message()), said);
        if (other != null && !other.message().equals(said.message())) {
          found.add(new Finding(Finding.Kind.CONTRADICTION, Optional.empty(),
              "two different statements: " + kind.getSimpleName(), List.of(other.entry(), said.entry())));
        }
      }
    }
  }

  private static String subject(DepositMessage message) {
    String kind = DepositCodec.type(message);
    return switch (message) {
      case DepositMessage.Offer m -> kind + m.person();
      case DepositMessage.HeldReceipt m -> kind + m.person();
      case DepositMessage.Released m -> kind + m.person();
      case DepositMessage.Collected m -> kind + m.person();
      case DepositMessage.Round m -> kind + m.round();
      case DepositMessage.Withdrawal m -> kind + m.claim();
      case DepositMessage.Paid m -> kind + m.round() + m.person();
      case DepositMessage.Verdict _,DepositMessage.Settled _,DepositMessage.Report _,DepositMessage.Claim _,DepositMessage.WithdrawAt _,DepositMessage.Taken _,DepositMessage.ClaimRefused _,DepositMessage.Unclaimed _,DepositMessage.Repriced _ ->
        kind;
    };
  }

  private void add(Finding.Kind kind, DeviceId person, String message, List<EntryId> proofs) {
    found.add(new Finding(kind, Optional.of(person), message, proofs));
  }
}
