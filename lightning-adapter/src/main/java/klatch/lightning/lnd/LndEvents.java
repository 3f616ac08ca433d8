package klatch.lightning.lnd;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.commitments.PaymentHash;
import klatch.lightning.EventDelivery;
import klatch.lightning.lnd.LndMessages.OwnInvoice;
import klatch.lightning.lnd.LndStore.Row;
import klatch.lightning.lnd.LndStore.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what was seen at LND one after another on a thread of its own: stores what it changes, tells the listener, and
 * stores that it was told. What was stored and not told is told after the next start.
 */
final class LndEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LndEvents.class);

  /** More than a busy moment brings; whoever sees more waits. */
  private static final int MAX_WAITING = 1_024;

  private static final long POLL_MILLIS = 500;

  /** Something seen at LND, or stored and not told yet. */
  sealed interface Seen {
    record Invoice(OwnInvoice invoice) implements Seen {}

    /** The payment has ended. */
    record Paid(Payment payment) implements Seen {}

    record Tip(int height) implements Seen {}

    record Untold(Row row) implements Seen {}

    record UntoldPayment(Payment payment) implements Seen {}
  }

  private final LndStore store;
  /** Whoever reads a row to write it again holds this. */
  private final ReentrantLock rows;
  private final BlockingQueue<Seen> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final EventDelivery delivery = new EventDelivery();
  private final Thread loop = Thread.ofPlatform().name("lnd-events").daemon().unstarted(this::run);

  LndEvents(LndStore store, ReentrantLock rows) {
    this.store = store;
    this.rows = rows;
  }

  void start() {
    loop.start();
  }

  void watch(Consumer<LightningEvent> consumer) {
    delivery.watch(consumer);
  }

  /** Blocks while too much is waiting; does nothing once closed. */
  void seen(Seen what) {
    if (what instanceof Seen.Tip && !delivery.isWatched()) {
      return;
    }
    try {
      while (!delivery.closed() && !waiting.offer(what, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.debug("{} sightings are waiting", MAX_WAITING);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      store.untoldInvoices().forEach(row -> handleAtLast(new Seen.Untold(row)));
      store.untoldPayments().forEach(payment -> handleAtLast(new Seen.UntoldPayment(payment)));
      while (!delivery.closed()) {
        Seen next = waiting.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          handleAtLast(next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handleAtLast(Seen seen) {
    delivery.atLast(seen.getClass().getSimpleName(), () -> {
      handle(seen);
      return true;
    });
  }

  private void handle(Seen seen) {
    switch (seen) {
      case Seen.Invoice(var invoice) -> changed(invoice).ifPresent(this::tell);
      case Seen.Untold(var row) -> tell(row);
      case Seen.Paid(var payment) -> {
        store.ended(payment);
        tell(payment);
      }
      case Seen.UntoldPayment(var payment) -> tell(payment);
      case Seen.Tip(var height) -> delivery.told(new LightningEvent.BlockReached(height));
    }
  }

  /** @return the row, if there is news in it that nobody has taken in: from now, or from a try that failed */
  private Optional<Row> changed(OwnInvoice seen) {
    rows.lock();
    try {
      Optional<Row> row = store.invoice(seen.hash());
      Optional<Row> next = row.flatMap(now -> step(now, seen));
      next.ifPresent(store::put);
      return next.or(() -> row).filter(now -> !now.told());
    } finally {
      rows.unlock();
    }
  }

  /** What a sighting makes of a row; empty if nothing. */
  static Optional<Row> step(Row row, OwnInvoice seen) {
    boolean older = row.addIndex() != 0 && seen.addIndex() != row.addIndex();
    if (row.state().over() || older) {
      return Optional.empty();
    }
    return switch (seen.state()) {
      case OPEN -> Optional.empty();
      case ACCEPTED -> row.state() == State.OPEN
          ? seen.held().map(held -> row.held(held.amount(), held.expiryHeight()))
          : Optional.empty();
      case SETTLED -> Optional.of(row.collected(seen.paid()));
      case CANCELED -> Optional.of(switch (row.state()) {
        case RELEASING -> row.in(State.RELEASED, true);
        // LND gave it back by itself, or somebody did with lncli: we did not.
        case HELD, COLLECTING -> row.in(State.LOST, false);
        case OPEN, LAPSED, RELEASED, LOST, COLLECTED -> row.in(State.LAPSED, true);
      });
    };
  }

  private void tell(Row row) {
    Optional<LightningEvent> event = event(row);
    if (event.isEmpty() || delivery.told(event.get())) {
      store.told(row.hash(), row.state());
    }
  }

  private static Optional<LightningEvent> event(Row row) {
    PaymentHash hash = row.hash();
    return switch (row.state()) {
      case HELD -> Optional.of(new LightningEvent.HtlcHeld(hash, row.amount(), row.expiryHeight().orElseThrow()));
      case LOST -> Optional.of(new LightningEvent.HtlcLost(hash, "LND gave it back before it expired at block "
          + row.expiryHeight().map(Object::toString).orElse("?")));
      case COLLECTED -> Optional.of(new LightningEvent.HtlcCollected(hash, row.amount()));
      case OPEN, RELEASING, COLLECTING, LAPSED, RELEASED -> Optional.empty();
    };
  }

  private void tell(Payment payment) {
    boolean told = switch (payment) {
      case Payment.Sent(var id, var preimage, var amount, var fee) ->
        delivery.told(new LightningEvent.PaymentSent(id, preimage, amount, fee));
      case Payment.Failed(var id, var reason, var released) ->
        delivery.told(new LightningEvent.PaymentFailed(id, reason, released));
      case Payment.Pending pending -> throw new IllegalStateException(pending + " has not ended");
    };
    if (told) {
      store.told(payment.id());
    }
  }

  @Override
  public void close() {
    delivery.close();
    if (Thread.currentThread().equals(loop)) {
      return;
    }
    try {
      loop.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
