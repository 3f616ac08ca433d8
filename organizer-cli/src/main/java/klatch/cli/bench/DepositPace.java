package klatch.cli.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;

/** How many deposits a payee, whatever node it is, holds and decides a second. */
final class DepositPace {
  static final int AT_ONCE = 16;
  private static final Msat DEPOSIT = Msat.ofSat(5_000);
  private static final Msat MOST_FEES = Msat.ofSat(10);
  private static final int FINAL_CLTV_BLOCKS = 144;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double NANOS = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Lightning payer;
  private final Lightning payee;
  private final SecureRandom random = new SecureRandom();
  private final Map<PaymentHash, CompletableFuture<Boolean>> held = new ConcurrentHashMap<>();
  private final Map<PaymentId, CompletableFuture<Boolean>> ended = new ConcurrentHashMap<>();

  /**
   * @param holdMillis     median from asking for an invoice to "held", one after another
   * @param collectsASecond deposits held and collected, 16 at once; {@code releasesASecond}: held and given back
   * @param heldSeconds    until all that are held at once are
   */
  @JsonPropertyOrder({"holdMillis", "collectsASecond", "releasesASecond", "heldAtOnce", "heldSeconds"})
  record Measured(double holdMillis, double collectsASecond, double releasesASecond, int heldAtOnce,
      double heldSeconds) {}

  /** Watches both: nobody else may. */
  DepositPace(Lightning payer, Lightning payee) {
    this.payer = payer;
    this.payee = payee;
    payee.watch(event -> {
      if (event instanceof LightningEvent.HtlcHeld one) {
        future(held, one.hash()).complete(true);
      }
    });
    payer.watch(event -> {
      switch (event) {
        case LightningEvent.PaymentSent sent -> future(ended, sent.id()).complete(true);
        case LightningEvent.PaymentFailed failed -> future(ended, failed.id()).complete(failed.released());
        default -> {
        }
      }
    });
  }

  Measured measured(int each, int heldAtOnce) throws Exception {
    rate(AT_ONCE * 4, true);
    var millis = new ArrayList<Double>();
    for (int i = 0; i < Math.max(1, each / 4); i++) {
      millis.add(oneByOne());
    }
    millis.sort(null);
    double collects = rate(each, true);
    double releases = rate(each, false);
    return new Measured(millis.get(millis.size() / 2), collects, releases, heldAtOnce, heldAtOnce(heldAtOnce));
  }

  private record Hold(Preimage preimage, PaymentId id) {}

  private Hold hold() throws Exception {
    var hold = new Hold(Preimage.random(random), PaymentId.random(random));
    var invoice = payee.holdInvoice(
        new HoldRequest(hold.preimage().hash(), DEPOSIT, "a deposit", Duration.ofHours(1), FINAL_CLTV_BLOCKS));
    payer.pay(new PayRequest(hold.id(), invoice.bolt11(), MOST_FEES, PATIENCE));
    await(future(held, hold.preimage().hash()));
    held.remove(hold.preimage().hash());
    return hold;
  }

  private void decide(Hold hold, boolean collect) throws Exception {
    if (collect) {
      payee.collect(hold.preimage());
    } else {
      payee.release(hold.preimage().hash());
    }
    await(future(ended, hold.id()));
    ended.remove(hold.id());
  }

  private static void await(CompletableFuture<Boolean> future) throws Exception {
    if (!future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("a payment failed that nobody released");
    }
  }

  private double oneByOne() throws Exception {
    long start = System.nanoTime();
    var hold = hold();
    double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
    decide(hold, false);
    return millis;
  }

  /** Deposits a second, from the invoice to the payer's knowing how it ended. */
  double rate(int count, boolean collect) throws Exception {
    var places = new Semaphore(AT_ONCE);
    var running = new ArrayList<Future<?>>();
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        places.acquire();
        running.add(threads.submit(() -> {
          try {
            decide(hold(), collect);
            return true;
          } finally {
            places.release();
          }
        }));
      }
      for (var one : running) {
        one.get();
      }
    }
    return count / ((System.nanoTime() - start) / NANOS);
  }

  private double heldAtOnce(int count) throws Exception {
    var holds = new ArrayList<Future<Hold>>();
    long start = System.nanoTime();
    double seconds;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        holds.add(threads.submit(this::hold));
      }
      for (var one : holds) {
        one.get();
      }
      seconds = (System.nanoTime() - start) / NANOS;
      if (payee.held().size() != count) {
        throw new IllegalStateException(payee.held().size() + " are held, not " + count);
      }
      for (var one : holds) {
        decide(one.get(), false);
      }
    }
    return seconds;
  }

  private static <K> CompletableFuture<Boolean> future(Map<K, CompletableFuture<Boolean>> futures, K key) {
    return Objects.requireNonNull(futures.computeIfAbsent(key, _ -> new CompletableFuture<>()));
  }
}
