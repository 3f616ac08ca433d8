package klatch.commitments;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import klatch.commitments.journal.HashUse;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;

/**
 * The organiser's side: holds the deposits of every event of this device, one thread for each. Safe for any number of
 * threads.
 */
final class Escrow implements AutoCloseable {
  private final Surroundings parts;
  private final StatementBook book;
  private final Map<EventId, Desk> desks = new HashMap<>();
  private boolean closed;

  private record Desk(Mailbox mailbox, EventEscrow escrow) {}

  Escrow(Surroundings parts, StatementBook book) {
    this.parts = parts;
    this.book = book;
  }

  /** Does whatever can be done now, in every event, some time soon. */
  void tick() {
    for (MeetupEvent event : parts.meetup().events()) {
      if (event.host().equals(parts.self()) && DepositTerms.of(event).isPresent() && !finished(event)) {
        Desk desk = desk(event.id());
        desk.mailbox().tick(desk.escrow()::advance);
      }
    }
  }

  private boolean finished(MeetupEvent event) {
    return book.of(event.id()).first(parts.self(), DepositMessage.Report.class).isPresent();
  }

  /** Returns once what follows is saved. */
  void on(LightningEvent event) {
    switch (event) {
      case LightningEvent.HtlcHeld(var hash, var amount, var expiry) ->
        deposit(hash, new DepositInput.HtlcHeld(amount, expiry, parts.clock().millis()));
      case LightningEvent.HtlcLost(var hash, var reason) -> deposit(hash, new DepositInput.HtlcGone(reason));
      case LightningEvent.HtlcCollected(var hash, var amount) ->
        deposit(hash, new DepositInput.HtlcCollected(amount));
      case LightningEvent.BlockReached(var height) -> block(height);
      case LightningEvent.PaymentSent _,LightningEvent.PaymentFailed _ -> tick();
    }
  }

  private void deposit(PaymentHash hash, DepositInput input) {
    Optional<HashUse> use = parts.store().use(hash);
    if (use.orElse(null) instanceof HashUse.Deposit(var event, var person)) {
      Desk desk = desk(event);
      desk.mailbox().ask(() -> {
        desk.escrow().happened(person, input);
        return true;
      });
      desk.mailbox().tick(desk.escrow()::advance);
    }
  }

  private void block(int height) {
    for (EventId event : parts.store().events()) {
      Desk desk = desk(event);
      desk.mailbox().ask(() -> {
        desk.escrow().block(height);
        return true;
      });
      desk.mailbox().tick(desk.escrow()::advance);
    }
  }

  /** What the secret of a claim's code gives now, in any event of ours. */
  Optional<Withdrawable> withdrawable(Preimage secret) {
    return settling().flatMap(desk -> desk.mailbox().ask(() -> desk.escrow().withdrawable(secret)).stream())
        .findFirst();
  }

  /** Takes a wallet's invoice for it; empty if the secret opens nothing. */
  Optional<WithdrawResult> withdraw(Preimage secret, String bolt11) {
    return settling().flatMap(desk -> {
      Optional<WithdrawResult> result = desk.mailbox().ask(() -> desk.escrow().withdraw(secret, bolt11));
      result.ifPresent(_ -> desk.mailbox().tick(desk.escrow()::advance));
      return result.stream();
    }).findFirst();
  }

  /** The events of ours that are past their appeals and not done. */
  private Stream<Desk> settling() {
    long now = parts.clock().millis();
    return parts.meetup().events().stream().filter(event -> event.host().equals(parts.self()))
        .filter(event -> DepositTerms.of(event).filter(terms -> now >= terms.clock().appealsCloseAtMillis())
            .isPresent() && !finished(event))
        .map(event -> desk(event.id()));
  }

  /** Does whatever can be done now and returns when it is done. */
  void advance(EventId event) {
    Desk desk = desk(event);
    desk.mailbox().ask(() -> {
      desk.escrow().advance();
      return true;
    });
  }

  private Desk desk(EventId event) {
    synchronized (desks) {
      if (closed) {
        throw new IllegalStateException("the escrow is closed");
      }
      return desks.computeIfAbsent(event,
          e -> new Desk(new Mailbox("escrow of " + e), new EventEscrow(parts, e, book)));
    }
  }

  @Override
  public void close() {
    List<Desk> all;
    synchronized (desks) {
      closed = true;
      all = List.copyOf(desks.values());
    }
    all.forEach(desk -> desk.mailbox().close());
  }
}
