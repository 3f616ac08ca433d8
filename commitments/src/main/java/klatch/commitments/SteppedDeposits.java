package klatch.commitments;

import java.util.Optional;
import klatch.commitments.journal.HashUse;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;

/**
 * The money engine of one node for one event, without a thread or a look at the clock of its own: it does what {@link Deposits} does, when
 * whoever drives it says so. For simulations, where a seed decides what happens when. Used by one thread.
 */
public final class SteppedDeposits {
  private final Surroundings parts;
  private final EventId event;
  private final StatementBook book;
  private final EventEscrow escrow;
  private final EventDepositor depositor;

  /** Takes up what the journal says is unfinished. */
  public SteppedDeposits(Surroundings parts, EventId event) {
    this.parts = parts;
    this.event = event;
    this.book = new StatementBook(parts.log());
    this.escrow = new EventEscrow(parts, event, book);
    this.depositor = new EventDepositor(parts, event, book);
  }

  /** Takes note of what the Lightning node tells; what follows from it is saved when this returns. */
  public void on(LightningEvent happened) {
    switch (happened) {
      case LightningEvent.HtlcHeld(var hash, var amount, var expiry) ->
        deposit(hash, new DepositInput.HtlcHeld(amount, expiry, parts.clock().millis()));
      case LightningEvent.HtlcLost(var hash, var why) -> deposit(hash, new DepositInput.HtlcGone(why));
      case LightningEvent.HtlcCollected(var hash, var amount) -> {
        deposit(hash, new DepositInput.HtlcCollected(amount));
        if (parts.store().use(hash).orElse(null) instanceof HashUse.OwnClaim(_, var round)) {
          depositor.claims().received(round, hash);
        }
      }
      case LightningEvent.BlockReached(var height) -> escrow.block(height);
      case LightningEvent.PaymentSent _,LightningEvent.PaymentFailed _ -> {
        // Asked for by id when the depositor and the payouts advance.
      }
    }
  }

  private void deposit(PaymentHash hash, DepositInput input) {
    if (parts.store().use(hash).orElse(null) instanceof HashUse.Deposit(_, var person)) {
      escrow.happened(person, input);
    }
  }

  /** Does whatever the organiser's node can do now. */
  public void advanceEscrow() {
    escrow.advance();
  }

  /** Does whatever an attendee's node can do now. */
  public void advanceDepositor() {
    depositor.advance();
  }

  /** Pays this person's own deposit, if the organiser's offer is what the terms say. */
  public LockResult lock() {
    return depositor.lock();
  }

  /** Where this person's payout stands; empty if the event is not known or has no deposit. */
  public Optional<ClaimView> claim() {
    return parts.meetup().event(event)
        .flatMap(known -> DepositTerms.of(known).map(terms -> depositor.claims().view(known, terms)));
  }

  /**
   * Has this person's payouts go there.
   *
   * @return why not, if they cannot
   */
  public Optional<String> choose(ClaimTarget target) {
    MeetupEvent known = parts.meetup().event(event).orElseThrow();
    return depositor.claims().choose(target, known, DepositTerms.of(known).orElseThrow());
  }

  public ClaimTarget.Code newCode() {
    return depositor.claims().newCode();
  }

  /** As the organiser: what the secret of a code gives now. */
  public Optional<Withdrawable> withdrawable(Preimage secret) {
    return escrow.withdrawable(secret);
  }

  /** As the organiser: takes a wallet's invoice for it; empty if the secret opens nothing. */
  public Optional<WithdrawResult> withdraw(Preimage secret, String bolt11) {
    return escrow.withdraw(secret, bolt11);
  }

  /** What became of the money so far; empty if the event is not known or has no deposit. */
  public Optional<MoneyReport> report() {
    return MoneyView.of(parts, book, event);
  }
}
