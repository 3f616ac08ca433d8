package klatch.regtest.storm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.commitments.journal.CommitException;
import klatch.lightning.LdkLightning;
import klatch.regtest.network.RegtestNetwork;

/**
 * Deposits and payouts, some at once, one after another until told to stop. As the money engine does, it asks again for
 * whatever it has no answer to, under the same hash or id; and it keeps book of who must own how much.
 */
final class Traffic implements AutoCloseable {
  private static final int AT_ONCE = 8;
  /** One in so many is a payout: with every second deposit collected, as much goes either way. */
  private static final int PAYOUTS = 3;
  private static final int FINAL_CLTV_BLOCKS = 144;
  private static final Duration EXPIRY = Duration.ofHours(1);
  private static final Duration ROUTE_TIMEOUT = Duration.ofSeconds(20);
  private static final Msat MOST_FEES = Msat.ofSat(100);
  private static final long MOST_SAT = 20_000;
  private static final long LONGEST_HOLD_MILLIS = 400;
  private static final long POLL_NANOS = 20_000_000L;
  private static final long PATIENCE_NANOS = Duration.ofMinutes(3).toNanos();

  private final RegtestNetwork network;
  private final List<String> payers;
  private final String payee;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  private final Map<String, Long> earnedMsat = new ConcurrentHashMap<>();
  private final AtomicLong feesMsat = new AtomicLong();
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  private final AtomicInteger collected = new AtomicInteger();
  private final AtomicInteger released = new AtomicInteger();
  private final AtomicInteger neverHeld = new AtomicInteger();
  private final AtomicInteger payouts = new AtomicInteger();
  private final AtomicInteger failedPayouts = new AtomicInteger();
  private volatile boolean stopping;
  private volatile boolean abandoned;

  Traffic(RegtestNetwork network, List<String> payers, String payee) {
    this.network = network;
    this.payers = List.copyOf(payers);
    this.payee = payee;
  }

  void start(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < AT_ONCE; i++) {
      var own = random.split();
      running.add(threads.submit(() -> flow(own)));
    }
  }

  /** Waits until everything that was begun has ended. */
  void stop() throws InterruptedException {
    stopping = true;
    for (var one : running) {
      try {
        one.get();
      } catch (ExecutionException e) {
        problems.add(String.valueOf(e.getCause()));
      }
    }
  }

  private void flow(SplittableRandom random) {
    while (!stopping) {
      var payer = payers.get(random.nextInt(payers.size()));
      var amount = Msat.ofSat(random.nextLong(1_000, MOST_SAT));
      var id = PaymentId.random(random);
      if (random.nextInt(PAYOUTS) == 0) {
        payout(payer, amount, id);
      } else {
        deposit(payer, amount, id, Preimage.random(random), random.nextBoolean(),
            random.nextLong(LONGEST_HOLD_MILLIS));
      }
    }
  }

  private void deposit(String payer, Msat amount, PaymentId id, Preimage preimage, boolean collect, long millis) {
    var invoice = asked(payee, node -> node.holdInvoice(
        new Lightning.HoldRequest(preimage.hash(), amount, "a deposit", EXPIRY, FINAL_CLTV_BLOCKS)));
    var request = new Lightning.PayRequest(id, invoice.bolt11(), MOST_FEES, ROUTE_TIMEOUT);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    boolean held = false;
    var payment = asked(payer, node -> node.pay(request));
    while (payment instanceof Payment.Pending) {
      if (!held && asked(payee, node -> node.held().stream().anyMatch(h -> h.hash().equals(preimage.hash())))) {
        held = true;
        LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
      }
      if (held) {
        decide(preimage, collect);
      }
      payment = awaited(payer, request, deadline, "the deposit " + preimage.hash());
    }
    book(payer, payment, held, collect);
  }

  private void decide(Preimage preimage, boolean collect) {
    asked(payee, node -> {
      if (collect) {
        node.collect(preimage);
      } else {
        node.release(preimage.hash());
      }
      return collect;
    });
  }

  private void book(String payer, Payment end, boolean held, boolean collect) {
    switch (end) {
      case Payment.Sent sent -> {
        if (!held || !collect) {
          problems.add(sent + " was taken although nobody collected it");
        }
        moved(payer, payee, sent);
        collected.incrementAndGet();
      }
      case Payment.Failed failed -> {
        if (held && collect) {
          problems.add(failed + " came back although it was collected");
        }
        (held ? released : neverHeld).incrementAndGet();
      }
      case Payment.Pending pending -> throw new IllegalStateException("no end: " + pending);
    }
  }

  private void payout(String to, Msat amount, PaymentId id) {
    var invoice = asked(to, node -> node.invoice(amount, "a payout", EXPIRY));
    var request = new Lightning.PayRequest(id, invoice.bolt11(), MOST_FEES, ROUTE_TIMEOUT);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    var payment = asked(payee, node -> node.pay(request));
    while (payment instanceof Payment.Pending) {
      payment = awaited(payee, request, deadline, "the payout " + id);
    }
    if (payment instanceof Payment.Sent sent) {
      moved(payee, to, sent);
      payouts.incrementAndGet();
    } else {
      failedPayouts.incrementAndGet();
    }
  }

  /** Asked again under the same id, a node says how the payment is, and pays only if it has never heard of it. */
  private Payment awaited(String node, Lightning.PayRequest request, long deadline, String what) {
    if (System.nanoTime() > deadline) {
      throw new IllegalStateException(what + " of " + node + " has had no end for minutes");
    }
    LockSupport.parkNanos(POLL_NANOS);
    return asked(node, lightning -> lightning.pay(request));
  }

  private void moved(String from, String to, Payment.Sent sent) {
    long amount = sent.amount().value();
    long fee = sent.fee().value();
    earnedMsat.merge(from, -amount - fee, Long::sum);
    feesMsat.addAndGet(fee);
    earnedMsat.merge(to, amount, Long::sum);
  }

  /** While the node is dead it is asked again and again. */
  private <T> T asked(String name, Function<LdkLightning, T> question) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        return question.apply(network.node(name).lightning());
      } catch (LightningException | CommitException | IllegalStateException e) {
        if (abandoned || System.nanoTime() > deadline) {
          throw new IllegalStateException(name + " does not answer", e);
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  /** What all payments together have paid to those on the way. */
  long feesMsat() {
    return feesMsat.get();
  }

  /** What the node must have gained by its own payments, negative if it must have lost. */
  long earnedMsat(String node) {
    return earnedMsat.getOrDefault(node, 0L);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  int collected() {
    return collected.get();
  }

  int released() {
    return released.get();
  }

  int neverHeld() {
    return neverHeld.get();
  }

  int payouts() {
    return payouts.get();
  }

  int failedPayouts() {
    return failedPayouts.get();
  }

  /** Whatever is under way is not waited for. Never by an interrupt: one in the middle of a query would cost the connection. */
  @Override
  public void close() {
    stopping = true;
    abandoned = true;
    threads.shutdown();
  }
}
