package klatch.commitments;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.commitments.journal.HashUse;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;

/** The attendee's side: this person's own deposits, one thread for each event. Safe for any number of threads. */
final class Depositor implements AutoCloseable {
  private final Surroundings parts;
  private final StatementBook book;
  private final Map<EventId, Purse> purses = new HashMap<>();
  private boolean closed;

  private record Purse(Mailbox mailbox, EventDepositor depositor) {}

  Depositor(Surroundings parts, StatementBook book) {
    this.parts = parts;
    this.book = book;
  }

  LockResult lock(EventId event) {
    Purse purse = purse(event);
    return purse.mailbox().ask(purse.depositor()::lock);
  }

  /** Does whatever can be done now, in every event this person has a deposit in, some time soon. */
  void tick() {
    for (MeetupEvent event : parts.meetup().events()) {
      if (!event.host().equals(parts.self()) && parts.store().ownDeposit(event.id()).isPresent() && !finished(event)) {
        Purse purse = purse(event.id());
        purse.mailbox().tick(purse.depositor()::advance);
      }
    }
  }

  /** Over once the organiser has reported, our own node knows how our deposit ended and nobody has to be told. */
  private boolean finished(MeetupEvent event) {
    Optional<OwnDeposit> own = parts.store().ownDeposit(event.id())
        .filter(o -> o.phase() != OwnDeposit.Phase.PAYING && o.phase() != OwnDeposit.Phase.HELD);
    return own.isPresent() && book.of(event.id()).first(event.host(), DepositMessage.Report.class).isPresent()
        && DepositTerms.of(event).filter(terms -> new TakenNotice(parts, book).due(event, terms, own.get())).isEmpty();
  }

  /** Returns once what follows is saved. */
  void on(LightningEvent event) {
    switch (event) {
      case LightningEvent.HtlcCollected(var hash, _) -> received(hash);
      case LightningEvent.PaymentSent _,LightningEvent.PaymentFailed _ -> tick();
      case LightningEvent.HtlcHeld _,LightningEvent.HtlcLost _,LightningEvent.BlockReached _ -> {
      }
    }
  }

  private void received(PaymentHash hash) {
    Optional<HashUse> use = parts.store().use(hash);
    if (use.orElse(null) instanceof HashUse.OwnClaim(var event, var round)) {
      Purse purse = purse(event);
      purse.mailbox().ask(() -> {
        purse.depositor().received(round, hash);
        return true;
      });
    }
  }

  private Purse purse(EventId event) {
    synchronized (purses) {
      if (closed) {
        throw new IllegalStateException("the depositor is closed");
      }
      return purses.computeIfAbsent(event,
          e -> new Purse(new Mailbox("deposit for " + e), new EventDepositor(parts, e, book)));
    }
  }

  @Override
  public void close() {
    List<Purse> all;
    synchronized (purses) {
      closed = true;
      all = List.copyOf(purses.values());
    }
    all.forEach(purse -> purse.mailbox().close());
  }
}
