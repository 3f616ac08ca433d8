package klatch.lightning.lnd;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.PaymentHash;
import klatch.lightning.lnd.LndMessages.OwnInvoice;
import klatch.lightning.lnd.LndStore.Row;
import klatch.lightning.lnd.LndStore.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes what was seen at LND one after another on a thread of its own: stores what it changes, tells the listener, and
 * stores that it was told. What was stored and not told is told after the next start.
 */
final class LndEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LndEvents.class);

  /** More than a busy moment brings; whoever sees more waits. */
  private static final int MAX_WAITING = 1_024;

  /** A listener that threw is asked again after this long. */
  private static final long RETRY_MILLIS = 200;

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
  private final AtomicReference<@Nullable Consumer<LightningEvent>> listener = new AtomicReference<>();
  private final CountDownLatch watched = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread loop = Thread.ofPlatform().name("lnd-events").daemon().unstarted(this::run);

  LndEvents(LndStore store, ReentrantLock rows) {
    this.store = store;
    this.rows = rows;
  }

  void start() {
    loop.start();
  }

  void watch(Consumer<LightningEvent> consumer) {
    if (!listener.compareAndSet(null, consumer)) {
      throw new IllegalStateException("this node is being watched already");
    }
    watched.countDown();
  }

  /** Blocks while too much is waiting; does nothing once closed. */
  void seen(Seen what) {
    if (what instanceof Seen.Tip && listener.get() == null) {
      return;
    }
    try {
      while (!closed() && !waiting.offer(what, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.debug("{} sightings are waiting", MAX_WAITING);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean closed() {
    return closing.getCount() == 0;
  }

  private void run() {
    try {
      store.untoldInvoices().forEach(row -> handleAtLast(new Seen.Untold(row)));
      store.untoldPayments().forEach(payment -> handleAtLast(new Seen.UntoldPayment(payment)));
      while (!closed()) {
        Seen next = waiting.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          handleAtLast(next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tries until it works or the node is closing. */
  private void handleAtLast(Seen seen) {
    while (!closed()) {
      try {
        handle(seen);
        return;
      } catch (RuntimeException e) {
        LOG.atLevel(e instanceof LightningException ? Level.WARN : Level.ERROR).setCause(e)
            .log("{} was not handled and comes again", seen.getClass().getSimpleName());
        pause();
      }
    }
  }

  private void pause() {
    try {
      if (closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.debug("closing while an event waits");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing.countDown();
    }
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
      case Seen.Tip(var height) -> told(new LightningEvent.BlockReached(height));
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
    if (event.isEmpty() || told(event.get())) {
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
        told(new LightningEvent.PaymentSent(id, preimage, amount, fee));
      case Payment.Failed(var id, var reason, var released) ->
        told(new LightningEvent.PaymentFailed(id, reason, released));
      case Payment.Pending pending -> throw new IllegalStateException(pending + " has not ended");
    };
    if (told) {
      store.told(payment.id());
    }
  }

  /** Waits for somebody to watch. @return false if the node is closing before that */
  private boolean told(LightningEvent event) {
    try {
      watched.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    Consumer<LightningEvent> consumer = listener.get();
    if (consumer == null || closed()) {
      return false;
    }
    consumer.accept(event);
    return true;
  }

  @Override
  public void close() {
    closing.countDown();
    watched.countDown();
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
