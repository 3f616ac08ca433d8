package klatch.lightning.lnd;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.lightning.lnd.LndMessages.Outcome;
import klatch.lightning.lnd.LndMessages.OwnPayment;
import klatch.lightning.lnd.LndStore.UnderWay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Payments by LND. A payment is stored before LND hears of it, and whatever becomes of the request, only LND's own record of
 * the hash decides how it ended.
 */
final class LndPayments implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LndPayments.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /**
   * A request whose answer was lost may still be on its way into LND. If LND has been answering for this long that it knows
   * nothing of the payment, it never arrived.
   */
  static final Duration NEVER_ARRIVED = Duration.ofSeconds(30);

  private final LndRest rest;
  private final LndStore store;
  private final LndEvents events;
  private final Duration neverArrived;
  private final Set<LndStream> streams = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);
  /** Two payments under one id or of one hash, asked for at once, must not both find it unknown. */
  private final ReentrantLock paying = new ReentrantLock();

  /** @param neverArrived usually {@link #NEVER_ARRIVED} */
  LndPayments(LndRest rest, LndStore store, LndEvents events, Duration neverArrived) {
    this.neverArrived = neverArrived;
    this.rest = rest;
    this.store = store;
    this.events = events;
  }

  /** Follows what was under way when the process ended. */
  void start() {
    store.underWay().forEach(payment -> Thread.ofVirtual().name("lnd-payment").start(() -> trackToTheEnd(payment)));
  }

  /** @throws LndException if LND surely never took it; nothing is stored then */
  Payment pay(PayRequest request, Invoice invoice) {
    paying.lock();
    try {
      Optional<Payment> known = store.payment(request.id());
      return known.isPresent() ? known.get() : payNew(request, invoice);
    } finally {
      paying.unlock();
    }
  }

  private Payment payNew(PayRequest request, Invoice invoice) {
    if (invoice.amount().isEmpty()) {
      return refused(new UnderWay(request.id(), invoice.hash(), 0), new Msat(1), "the invoice names no amount");
    }
    Msat amount = invoice.amount().get();
    if (store.underWay().stream().anyMatch(other -> other.hash().equals(invoice.hash()))) {
      return refused(new UnderWay(request.id(), invoice.hash(), 0), amount,
          "another payment of this invoice is under way");
    }
    Optional<OwnPayment> before = lookup(invoice.hash());
    UnderWay payment = new UnderWay(request.id(), invoice.hash(), before.map(OwnPayment::index).orElse(0L));
    if (before.isPresent() && !(before.get().outcome() instanceof Outcome.Failed)) {
      return refused(payment, amount, "LND knows a payment of this invoice already");
    }
    store.started(payment, amount);
    return send(payment, request, amount);
  }

  private Payment refused(UnderWay payment, Msat amount, String reason) {
    Payment.Failed failed = new Payment.Failed(payment.id(), reason, false);
    store.refused(payment, amount, failed);
    events.seen(new LndEvents.Seen.UntoldPayment(failed));
    return failed;
  }

  private Payment send(UnderWay payment, PayRequest request, Msat amount) {
    LndStream stream;
    try {
      stream = rest.postStream("/v2/router/send", LndMessages.send(request));
    } catch (LndException e) {
      return notTaken(payment, amount, e);
    }
    streams.add(stream);
    Thread.ofVirtual().name("lnd-payment").start(() -> {
      if (!readToTheEnd(payment, stream)) {
        trackToTheEnd(payment);
      }
    });
    return new Payment.Pending(payment.id());
  }

  private Payment notTaken(UnderWay payment, Msat amount, LndException e) {
    switch (e.trouble()) {
      case LndTrouble.Refused refused -> {
        store.notStarted(payment.id());
        return refused(payment, amount, refused.words());
      }
      case LndTrouble.Unreachable _,LndTrouble.Slow _,LndTrouble.Nonsense _ -> {
        // It may have arrived all the same.
        LOG.warn("a payment's request got no answer: {}", e.getMessage());
        Thread.ofVirtual().name("lnd-payment").start(() -> trackToTheEnd(payment));
        return new Payment.Pending(payment.id());
      }
      case LndTrouble.BadFile _,LndTrouble.CertificateChanged _,LndTrouble.MacaroonRefused _,LndTrouble.PermissionDenied _,LndTrouble.Locked _,LndTrouble.NoWallet _,LndTrouble.Starting _,LndTrouble.Syncing _,LndTrouble.OutOfInbound _,LndTrouble.WrongNetwork _,LndTrouble.AnotherNode _ -> {
        store.notStarted(payment.id());
        throw e;
      }
    }
  }

  /** How LND has the newest payment of this hash; empty if it knows none. */
  private Optional<OwnPayment> lookup(PaymentHash hash) {
    try (LndStream stream = track(hash)) {
      return stream.next().map(LndMessages::ownPayment);
    } catch (LndException e) {
      if (e.trouble() instanceof LndTrouble.Refused refused && refused.notFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private LndStream track(PaymentHash hash) {
    return rest.getStream("/v2/router/track/" + LndMessages.urlBase64(hash.bytes()));
  }

  /** @return whether the payment's end was seen, or nobody wants to know any more */
  private boolean readToTheEnd(UnderWay payment, LndStream stream) {
    try (stream) {
      for (Optional<JsonNode> next = stream.next(); next.isPresent(); next = stream.next()) {
        OwnPayment seen = LndMessages.ownPayment(next.get());
        if (seen.index() > payment.afterIndex() && !(seen.outcome() instanceof Outcome.InFlight)) {
          events.seen(new LndEvents.Seen.Paid(LndMessages.payment(payment.id(), seen.outcome())));
          return true;
        }
      }
    } catch (LndException | IllegalArgumentException e) {
      LOG.debug("a payment's stream ended: {}", e.getMessage());
    } finally {
      streams.remove(stream);
    }
    return closed();
  }

  private void trackToTheEnd(UnderWay payment) {
    Duration pause = FIRST_PAUSE;
    long unknownSince = 0;
    while (!closed()) {
      try {
        Optional<OwnPayment> seen = lookup(payment.hash()).filter(known -> known.index() > payment.afterIndex());
        if (seen.isPresent()) {
          unknownSince = 0;
          LndStream stream = track(payment.hash());
          streams.add(stream);
          if (readToTheEnd(payment, stream)) {
            return;
          }
        } else if (unknownSince == 0) {
          unknownSince = System.nanoTime();
        } else if (System.nanoTime() - unknownSince > neverArrived.toNanos()) {
          events.seen(new LndEvents.Seen.Paid(
              new Payment.Failed(payment.id(), "the request never arrived at LND", false)));
          return;
        }
      } catch (LndException | IllegalArgumentException e) {
        unknownSince = 0;
        LOG.debug("a payment cannot be followed now: {}", e.getMessage());
      }
      pause(pause);
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }
  }

  private void pause(Duration length) {
    try {
      if (closing.await(length.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("closing while a payment is under way");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing.countDown();
    }
  }

  private boolean closed() {
    return closing.getCount() == 0;
  }

  /** LND was away and is back: old connections may hang for ever. */
  void lndReturned() {
    List.copyOf(streams).forEach(LndStream::close);
  }

  @Override
  public void close() {
    closing.countDown();
    List.copyOf(streams).forEach(LndStream::close);
  }
}
