package klatch.lightning.lnd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import klatch.commitments.PaymentHash;
import klatch.lightning.lnd.LndMessages.InvoiceState;
import klatch.lightning.lnd.LndMessages.OwnInvoice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows invoices, each by a subscription of its own: LND's subscription to all of them tells neither held nor cancelled.
 * A subscription begins with how the invoice is now, so a new one after a gap heals it. What the subscriptions may have
 * missed is looked up now and then as well.
 */
final class LndFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LndFollower.class);

  /** Each is a connection to LND; invoices beyond that are only looked up. */
  static final int MAX_SUBSCRIPTIONS = 500;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** How often invoices are looked up though they are subscribed to. */
  private static final Duration SWEEP = Duration.ofSeconds(10);

  /** LND's invoices on one page. */
  private static final int PAGE = 500;

  private final LndRest rest;
  private final LndStore store;
  private final LndEvents events;
  private final ReentrantLock rows;
  private final Set<PaymentHash> followed = ConcurrentHashMap.newKeySet();
  private final Set<LndStream> streams = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Thread sweeper = Thread.ofVirtual().name("lnd-sweep").unstarted(this::sweepForEver);
  private boolean closing;
  private int returns;

  /** @param rows held by whoever reads a row to write it again */
  LndFollower(LndRest rest, LndStore store, LndEvents events, ReentrantLock rows) {
    this.rows = rows;
    this.rest = rest;
    this.store = store;
    this.events = events;
  }

  /** Follows everything that is not over. */
  void start() {
    store.notOver().forEach(row -> follow(row.hash()));
    sweeper.start();
  }

  void follow(PaymentHash hash) {
    if (followed.size() < MAX_SUBSCRIPTIONS && followed.add(hash)) {
      Thread.ofVirtual().name("lnd-invoice").start(() -> {
        long index = addIndex(hash);
        try {
          followToTheEnd(hash);
        } finally {
          followed.remove(hash);
        }
        // Another invoice may have been made on the hash while the old one's end was still on its way.
        long now = addIndex(hash);
        if (now != 0 && now != index && !closed()) {
          follow(hash);
        }
      });
    }
  }

  /** Of the invoice that is to be followed; 0 if there is none. */
  private long addIndex(PaymentHash hash) {
    return store.invoice(hash).filter(row -> !row.state().over()).map(LndStore.Row::addIndex).orElse(0L);
  }

  private void followToTheEnd(PaymentHash hash) {
    Duration pause = FIRST_PAUSE;
    while (!closed()) {
      int before = returns();
      try (LndStream stream = opened(hash)) {
        try {
          for (var next = stream.next(); next.isPresent(); next = stream.next()) {
            pause = FIRST_PAUSE;
            OwnInvoice invoice = LndMessages.ownInvoice(next.get());
            events.seen(new LndEvents.Seen.Invoice(invoice));
            if (invoice.state() == InvoiceState.SETTLED || invoice.state() == InvoiceState.CANCELED) {
              return;
            }
          }
        } finally {
          streams.remove(stream);
        }
      } catch (LndException e) {
        if (e.trouble() instanceof LndTrouble.Refused refused && refused.notFound()) {
          return;
        }
        LOG.debug("an invoice's subscription ended: {}", e.getMessage());
      } catch (IllegalArgumentException e) {
        LOG.warn("LND says of an invoice what makes no sense: {}", e.getMessage());
      }
      awaitNews(pause, before);
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }
  }

  private LndStream opened(PaymentHash hash) {
    LndStream stream = rest.getStream("/v2/invoices/subscribe/" + LndMessages.urlBase64(hash.bytes()));
    streams.add(stream);
    return stream;
  }

  /** LND was away and is back: old connections may hang for ever, so all begin anew. */
  void lndReturned() {
    List.copyOf(streams).forEach(LndStream::close);
    lock.lock();
    try {
      returns++;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private int returns() {
    lock.lock();
    try {
      return returns;
    } finally {
      lock.unlock();
    }
  }

  private boolean closed() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  /** Waits this long, or until LND has returned once more than {@code before}, or all is closed. */
  private void awaitNews(Duration atMost, int before) {
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (!closing && returns == before && left > 0) {
        left = news.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
    } finally {
      lock.unlock();
    }
  }

  private void sweepForEver() {
    while (!closed()) {
      int before = returns();
      try {
        sweep();
      } catch (RuntimeException e) {
        LOG.debug("invoices could not be looked up: {}", e.getMessage());
      }
      awaitNews(SWEEP, before);
    }
  }

  private void sweep() {
    store.notOver().stream().filter(row -> row.addIndex() == 0).forEach(row -> unfinished(row.hash()));
    List<LndStore.Row> open = store.notOver();
    Map<PaymentHash, OwnInvoice> pending = pending(open);
    for (LndStore.Row row : open) {
      OwnInvoice seen = pending.get(row.hash());
      if (seen != null) {
        events.seen(new LndEvents.Seen.Invoice(seen));
        follow(row.hash());
      } else if (row.addIndex() != 0) {
        lookup(row.hash()).ifPresent(found -> events.seen(new LndEvents.Seen.Invoice(found)));
      }
    }
  }

  /** A row that was stored before its invoice was made, and then came no answer: only LND knows if there is one. */
  private void unfinished(PaymentHash hash) {
    rows.lock();
    try {
      Optional<LndStore.Row> row = store.invoice(hash).filter(now -> now.addIndex() == 0 && !now.state().over());
      if (row.isPresent()) {
        store.put(lookup(hash).map(found -> row.get().added(found.addIndex()))
            .orElseGet(() -> row.get().in(LndStore.State.LAPSED, true)));
      }
    } finally {
      rows.unlock();
    }
  }

  /** How LND has an invoice now; empty if it has none on this hash. */
  Optional<OwnInvoice> lookup(PaymentHash hash) {
    try {
      return Optional.of(LndMessages
          .ownInvoice(rest.get("/v2/invoices/lookup?payment_hash=" + LndMessages.urlBase64(hash.bytes()))));
    } catch (LndException e) {
      if (e.trouble() instanceof LndTrouble.Refused refused && refused.notFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Those of the rows that LND has as open or held now. */
  Map<PaymentHash, OwnInvoice> pending(List<LndStore.Row> open) {
    Map<PaymentHash, OwnInvoice> pending = new HashMap<>();
    Set<PaymentHash> ours = new HashSet<>();
    open.forEach(row -> ours.add(row.hash()));
    long offset = open.stream().mapToLong(LndStore.Row::addIndex).filter(index -> index > 0).min().orElse(1) - 1;
    while (!open.isEmpty()) {
      List<OwnInvoice> page = new ArrayList<>();
      rest.get("/v1/invoices?pending_only=true&num_max_invoices=" + PAGE + "&index_offset=" + offset).path("invoices")
          .forEach(node -> page.add(LndMessages.ownInvoice(node)));
      page.stream().filter(invoice -> ours.contains(invoice.hash()))
          .forEach(invoice -> pending.put(invoice.hash(), invoice));
      long last = page.stream().mapToLong(OwnInvoice::addIndex).max().orElse(offset);
      if (page.size() < PAGE || last <= offset) {
        break;
      }
      offset = last;
    }
    return pending;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      news.signalAll();
    } finally {
      lock.unlock();
    }
    List.copyOf(streams).forEach(LndStream::close);
  }
}
