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
  private final boolean connected;
  private final Runnable changed;
  private final Map<EventId, Purse> purses = new HashMap<>();
  private boolean closed;

  private record Purse(Mailbox mailbox, EventDepositor depositor) {}

  /**
   * @param connected whether there is a Lightning node; if not, payouts are claimed and nothing else is done
   * @param changed   told when a claim has met a difficulty, or got past it: nothing is saved about that
   */
  Depositor(Surroundings parts, StatementBook book, boolean connected, Runnable changed) {
    this.changed = changed;
    this.parts = parts;
    this.connected = connected;
    this.book = book;
  }

  LockResult lock(EventId event) {
    Purse purse = purse(event);
    return purse.mailbox().ask(purse.depositor()::lock);
  }

  /**
   * Says where this person wants the payouts of an event.
   *
   * @return why not, if it cannot be
   */
  Optional<String> choose(MeetupEvent event, DepositTerms terms, ClaimTarget wanted) {
    Purse purse = purse(event.id());
    Optional<String> refused = purse.mailbox().ask(() -> purse.depositor().claims().choose(wanted, event, terms));
    advance(purse);
    return refused;
  }

  ClaimTarget.Code newCode(EventId event) {
    Purse purse = purse(event);
    return purse.mailbox().ask(purse.depositor().claims()::newCode);
  }

  ClaimView claim(MeetupEvent event, DepositTerms terms) {
    Purse purse = purse(event.id());
    return purse.mailbox().ask(() -> purse.depositor().claims().view(event, terms));
  }

  /** Does whatever can be done now, in every event this person has a deposit in, some time soon. */
  void tick() {
    for (MeetupEvent event : parts.meetup().events()) {
      if (!event.host().equals(parts.self()) && concerned(event) && !finished(event)) {
        advance(purse(event.id()));
      }
    }
  }

  private void advance(Purse purse) {
    EventDepositor depositor = purse.depositor();
    purse.mailbox().tick(() -> {
      Optional<String> before = depositor.claims().problem();
      if (connected) {
        depositor.advance();
      } else {
        depositor.advanceClaims();
      }
      if (!depositor.claims().problem().equals(before)) {
        changed.run();
      }
    });
  }

  /** Whether this node has locked a deposit, or another wallet of this person may have and payouts are due. */
  private boolean concerned(MeetupEvent event) {
    return parts.store().ownDeposit(event.id()).isPresent() || (DepositTerms.of(event)
        .filter(terms -> parts.clock().millis() >= terms.clock().appealsCloseAtMillis()).isPresent()
        && book.of(event.id()).rounds(event.host()) > 0);
  }

  /** Over once the organiser has reported, our own node knows how our deposit ended and nobody has to be told. */
  private boolean finished(MeetupEvent event) {
    Optional<OwnDeposit> deposit = parts.store().ownDeposit(event.id());
    if (deposit.isEmpty()) {
      return book.of(event.id()).first(event.host(), DepositMessage.Report.class).isPresent();
    }
    Optional<OwnDeposit> own = deposit
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
        purse.depositor().claims().received(round, hash);
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
