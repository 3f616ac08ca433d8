package klatch.commitments;

import java.util.Optional;
import klatch.commitments.journal.HashUse;
import klatch.meetup.EventId;

/** Whether a claim's invoice may be paid. */
final class ClaimCheck {
  private final Surroundings parts;
  private final EventId event;

  /** What came out of it. */
  sealed interface Result {}

  record Good(PayoutState.Invoice invoice) implements Result {}

  /** @param reason with the actual and the allowed value */
  record Refused(String reason) implements Result {}

  /** Not now: there may be a cheaper route later. */
  record Later(String reason) implements Result {}

  /** Dearer than this round has set aside, but sensible: the next round counts with it. */
  record TooDear(Msat fee) implements Result {}

  ClaimCheck(Surroundings parts, EventId event) {
    this.parts = parts;
    this.event = event;
  }

  /** @param bolt11 the claim's own, or the one that a wallet gave by the claim's code */
  Result check(Said<DepositMessage.Claim> claim, String bolt11, Payout payout, int round) {
    Lightning.Invoice invoice;
    try {
      invoice = parts.lightning().decode(bolt11);
    } catch (IllegalArgumentException e) {
      return new Refused("not an invoice: " + e.getMessage());
    }
    Optional<String> wrong = problem(invoice, payout, parts.lightningClock().millis());
    if (wrong.isPresent()) {
      return new Refused(wrong.get());
    }
    HashUse ours = new HashUse.Payout(event, round, payout.person());
    if (parts.store().use(invoice.hash()).filter(use -> !use.equals(ours)).isPresent()) {
      return new Refused("the invoice's hash " + invoice.hash() + " is in use for something else");
    }
    return affordable(claim, payout, round, invoice);
  }

  /** What anybody can see is wrong with it. */
  static Optional<String> problem(Lightning.Invoice invoice, Payout payout, long nowMillis) {
    if (!invoice.amount().equals(Optional.of(payout.amount()))) {
      return Optional.of("the invoice asks for " + invoice.amount().map(Msat::toString).orElse("any amount")
          + ", this payout is " + payout.amount());
    }
    if (invoice.finalCltvBlocks() > Lightning.MAX_FINAL_CLTV_BLOCKS) {
      return Optional.of("the invoice asks for a final CLTV of " + invoice.finalCltvBlocks() + " blocks, at most "
          + Lightning.MAX_FINAL_CLTV_BLOCKS + " are allowed");
    }
    long nowSeconds = Math.floorDiv(nowMillis, 1_000L);
    if (invoice.expiresAtEpochSecond() <= nowSeconds) {
      return Optional.of("the invoice expired at " + invoice.expiresAtEpochSecond() + ", it is " + nowSeconds
          + " (seconds since 1970)");
    }
    return Optional.empty();
  }

  private Result affordable(Said<DepositMessage.Claim> claim, Payout payout, int round, Lightning.Invoice invoice) {
    Optional<Msat> fee = parts.lightning().quoteFee(invoice);
    if (fee.isPresent() && fee.get().compareTo(payout.maxFee()) > 0) {
      boolean sensible = round > 1 && fee.get().compareTo(FeeBudget.of(payout.entitled())) <= 0;
      return sensible
          ? new TooDear(fee.get())
          : new Later("routing it would cost " + fee.get() + ", at most " + payout.maxFee() + " are set aside");
    }
    Msat most = round > 1 ? larger(payout.maxFee(), FeeBudget.of(payout.entitled())) : payout.maxFee();
    if (fee.isEmpty() && invoice.hintFee().compareTo(most) > 0) {
      return new Refused("the route hints of the invoice alone cost " + invoice.hintFee() + ", at most " + most
          + " are set aside; an invoice of another wallet may do");
    }
    return new Good(new PayoutState.Invoice(claim.entry(), invoice.bolt11(), invoice.hash(),
        invoice.expiresAtEpochSecond()));
  }

  private static Msat larger(Msat a, Msat b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
