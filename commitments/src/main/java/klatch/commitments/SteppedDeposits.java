package klatch.commitments;

import java.util.Optional;
import klatch.commitments.journal.HashUse;
import klatch.meetup.EventId;

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
          depositor.received(round, hash);
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

  /** What became of the money so far; empty if the event is not known or has no deposit. */
  public Optional<MoneyReport> report() {
    return MoneyView.of(parts, book, event);
  }
}
