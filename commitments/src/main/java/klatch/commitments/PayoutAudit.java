package klatch.commitments;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import klatch.log.DeviceId;
import klatch.log.EntryId;

/** Looks at what was paid out, to whom, with which receipts, and what is left. */
final class PayoutAudit {
  private final AuditTrail.Subject of;
  private final Function<String, Lightning.Invoice> decode;
  private final List<Finding> found;
  private final List<Finding> pending;

  /**
   * A payment that was sent in time can be stuck on its way until its last HTLC expires: payers allow at most 1,008 blocks,
   * a week.
   */
  private static final Duration LONGEST_PAYMENT = Duration.ofDays(7);

  /**
   * @param found   takes what is wrong
   * @param pending takes what may still come right
   */
  PayoutAudit(AuditTrail.Subject of, Function<String, Lightning.Invoice> decode, List<Finding> found,
      List<Finding> pending) {
    this.of = of;
    this.decode = decode;
    this.found = found;
    this.pending = pending;
  }

  void look() {
    int rounds = of.said().rounds(of.host());
    for (int number = 1; number <= rounds; number++) {
      Said<DepositMessage.Round> round = of.said().round(of.host(), number).orElseThrow();
      for (Payout payout : round.message().payouts()) {
        payout(round, payout, number < rounds || of.reported());
      }
    }
    of.said().all(of.host(), DepositMessage.Paid.class).forEach(this::orderedByARound);
    of.said().first(of.host(), DepositMessage.Report.class).ifPresent(this::report);
  }

  private void payout(Said<DepositMessage.Round> round, Payout payout, boolean over) {
    DeviceId person = payout.person();
    int number = round.message().round();
    Optional<PayoutOutcome> outcome = of.said().outcome(of.host(), number, person);
    if (outcome.isEmpty()) {
      missing(round, payout, over);
      return;
    }
    switch (outcome.get()) {
      case PayoutOutcome.Paid _ -> paid(payout, of.said().paid(of.host(), number, person).orElseThrow());
      case PayoutOutcome.Unclaimed _ -> unclaimed(round, payout);
      case PayoutOutcome.Repriced(var fee) -> {
        boolean sensible = number > 1 && fee.compareTo(payout.maxFee()) > 0
            && fee.compareTo(FeeBudget.of(payout.entitled())) <= 0;
        if (!sensible) {
          add(Finding.Kind.WRONG_PAYOUT, person, "the payout of round " + number + " to " + person
              + " was put off at a fee of " + fee + ", which is no reason to", List.of(round.entry()));
        }
      }
    }
  }

  private void missing(Said<DepositMessage.Round> round, Payout payout, boolean over) {
    List<EntryId> proofs = new ArrayList<>(List.of(round.entry()));
    Optional<Said<DepositMessage.Claim>> claim = of.said().claim(of.host(), payout.person(),
        round.message().round());
    claim.ifPresent(c -> proofs.add(c.entry()));
    long until = round.timestampMillis() + of.terms().claimWindowMillis() + LONGEST_PAYMENT.toMillis();
    boolean late = claim.isPresent() && of.nowMillis() >= until;
    if (claim.isPresent() && !over && !late) {
      pending.add(new Finding(Finding.Kind.PAYOUT_PENDING, Optional.of(payout.person()), payout.person() + " claimed "
          + payout.amount() + " in round " + round.message().round() + " at " + claim.get().timestampMillis()
          + "; the organiser has until " + until + " to pay it (milliseconds since 1970)", proofs));
    } else if (over || late) {
      add(Finding.Kind.PAYOUT_MISSING, payout.person(), "there is no receipt for " + payout.amount() + " to "
          + payout.person() + " in round " + round.message().round(), proofs);
    }
  }

  private void paid(Payout payout, Said<DepositMessage.Paid> paid) {
    DepositMessage.Paid message = paid.message();
    List<EntryId> proofs = new ArrayList<>(List.of(paid.entry()));
    if (!message.amount().equals(payout.amount())) {
      add(Finding.Kind.WRONG_PAYOUT, payout.person(), payout.person() + " was paid " + message.amount() + " in round "
          + message.round() + ", due were " + payout.amount(), proofs);
    }
    if (message.fee().compareTo(payout.maxFee()) > 0) {
      add(Finding.Kind.WRONG_PAYOUT, payout.person(), "routing to " + payout.person() + " is said to have cost "
          + message.fee() + ", allowed were " + payout.maxFee(), proofs);
    }
    boolean receipt = of.said().all(payout.person(), DepositMessage.Claim.class).stream()
        .filter(c -> c.message().round() == message.round()).anyMatch(c -> pays(c, message));
    if (!receipt) {
      add(Finding.Kind.WRONG_PAYOUT, payout.person(),
          "the receipt belongs to no invoice that " + payout.person() + " claimed with", proofs);
    }
  }

  private boolean pays(Said<DepositMessage.Claim> claim, DepositMessage.Paid paid) {
    try {
      String bolt11 = claim.message().code().map(code -> byCode(claim, code)).orElse(claim.message().invoice());
      Lightning.Invoice invoice = decode.apply(bolt11);
      return invoice.hash().equals(paid.preimage().hash()) && invoice.amount().equals(Optional.of(paid.amount()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The invoice that came with the secret of the code; nothing if the organiser does not show that secret. */
  private String byCode(Said<DepositMessage.Claim> claim, PaymentHash code) {
    return of.said().withdrawal(of.host(), claim.entry())
        .filter(s -> s.message().secret().hash().equals(code)).map(s -> s.message().invoice()).orElse("");
  }

  private void unclaimed(Said<DepositMessage.Round> round, Payout payout) {
    Said<DepositMessage.Unclaimed> said = of.said().all(of.host(), DepositMessage.Unclaimed.class).stream()
        .filter(s -> s.message().round() == round.message().round()
            && s.message().person().equals(payout.person()))
        .findFirst().orElseThrow();
    long closes = round.timestampMillis() + of.terms().claimWindowMillis();
    if (said.timestampMillis() < closes) {
      add(Finding.Kind.TOO_EARLY, payout.person(), "the payout to " + payout.person() + " could be claimed until "
          + closes + " and was given up at " + said.timestampMillis(), List.of(round.entry(), said.entry()));
    }
    of.said().claim(of.host(), payout.person(), round.message().round())
        .filter(claim -> claim.timestampMillis() < closes)
        .ifPresent(claim -> add(Finding.Kind.PAYOUT_MISSING, payout.person(),
            payout.person() + " claimed " + payout.amount() + " in time and is said not to have",
            List.of(round.entry(), claim.entry(), said.entry())));
  }

  private void orderedByARound(Said<DepositMessage.Paid> paid) {
    boolean ordered = of.said().round(of.host(), paid.message().round()).stream()
        .flatMap(r -> r.message().payouts().stream()).anyMatch(p -> p.person().equals(paid.message().person()));
    if (!ordered) {
      add(Finding.Kind.WRONG_PAYOUT, paid.message().person(),
          "a payout to " + paid.message().person() + " that no round provides for", List.of(paid.entry()));
    }
  }

  private void report(Said<DepositMessage.Report> said) {
    Settlement settlement = of.settlement().orElse(null);
    if (settlement == null) {
      found.add(new Finding(Finding.Kind.WRONG_REPORT, Optional.empty(), "a report without a settlement",
          List.of(said.entry())));
      return;
    }
    List<Payouts.Done> done = of.said().done(of.host());
    DepositMessage.Report expected = PayoutDesk.report(settlement, done);
    if (!expected.equals(said.message())) {
      found.add(new Finding(Finding.Kind.WRONG_REPORT, Optional.empty(), "the receipts give " + expected.paidOut()
          + " paid out, " + expected.fees() + " of fees and " + expected.reserveLeft() + " left; the report says "
          + said.message().paidOut() + ", " + said.message().fees() + " and " + said.message().reserveLeft(),
          List.of(said.entry())));
    }
    if (done.size() == of.said().rounds(of.host()) && !Payouts.next(settlement, done).isEmpty()) {
      found.add(new Finding(Finding.Kind.WRONG_REPORT, Optional.empty(),
          "another round should pay out what is left, " + expected.reserveLeft(), List.of(said.entry())));
    }
  }

  private void add(Finding.Kind kind, DeviceId person, String message, List<EntryId> proofs) {
    found.add(new Finding(kind, Optional.of(person), message, proofs));
  }
}
