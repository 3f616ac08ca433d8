package klatch.cli.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import klatch.cli.Json;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.ChannelRequest;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.Until;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.Folders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code klatch bench lightning}: deposits a second between two embedded nodes with four channels, both in this process, both
 * storing durably in one PostgreSQL; and whether memory grows.
 */
@Command(name = "lightning", sortOptions = false, description = "Deposits held, collected and released a second on four channels with durable PostgreSQL, and the memory they take.")
public final class LightningBench implements Callable<Integer> {
  private static final int CHANNELS = 4;
  private static final long CAPACITY_SAT = 16_000_000;
  private static final Msat DEPOSIT = Msat.ofSat(5_000);
  private static final int AT_ONCE = 16;
  private static final int FINAL_CLTV_BLOCKS = 144;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double NANOS = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long FEE_RESERVE_SAT = 100_000;

  @Option(names = "--each", paramLabel = "N", defaultValue = "400", description = "How many deposits of each kind (default: ${DEFAULT-VALUE}).")
  int each;

  @Option(names = "--held", paramLabel = "N", defaultValue = "400", description = "How many are held at once (default: ${DEFAULT-VALUE}).")
  int heldAtOnce;

  @Option(names = "--cycles", paramLabel = "N", defaultValue = "0", description = "Then so many deposits held and released, 16 at once, to see whether memory grows (default: ${DEFAULT-VALUE}).")
  int cycles;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  private final SecureRandom random = new SecureRandom();
  private final Map<PaymentHash, CompletableFuture<Boolean>> held = new ConcurrentHashMap<>();
  private final Map<PaymentId, CompletableFuture<Boolean>> ended = new ConcurrentHashMap<>();

  /**
   * @param holdMillis     median from asking for an invoice to "held", one after another
   * @param collectsASecond deposits held and collected, 16 at once; {@code releasesASecond}: held and given back
   * @param heldSeconds    until all that are held at once are
   * @param rssMegabytes   of this process, both nodes and the chain in it: before the cycles, half way, after them
   */
  @JsonPropertyOrder({"holdMillis", "collectsASecond", "releasesASecond", "heldAtOnce", "heldSeconds", "cycles",
      "rssMegabytes"})
  record Result(double holdMillis, double collectsASecond, double releasesASecond, int heldAtOnce, double heldSeconds,
      int cycles, List<Long> rssMegabytes) {}

  private record Pair(LightningNode payer, LightningNode payee) {}

  @Override
  public Integer call() throws Exception {
    var directory = Files.createTempDirectory("klatch-bench-lightning");
    try (var chain = EmbeddedChain.start(InstantSource.system());
        var database = Database.embedded(directory, "");
        var payer = LightningNode.start("payer", chain, database, ChannelPolicy.regtestLeaf());
        var payee = LightningNode.start("payee", chain, database, ChannelPolicy.regtestLeaf())) {
      payee.lightning().watch(event -> {
        if (event instanceof LightningEvent.HtlcHeld one) {
          future(held, one.hash()).complete(true);
        }
      });
      payer.lightning().watch(event -> {
        switch (event) {
          case LightningEvent.PaymentSent sent -> future(ended, sent.id()).complete(true);
          case LightningEvent.PaymentFailed failed -> future(ended, failed.id()).complete(failed.released());
          default -> {
          }
        }
      });
      open(chain, payer, payee);
      show(measured(new Pair(payer, payee)));
    } finally {
      Folders.delete(directory);
    }
    return 0;
  }

  private Result measured(Pair pair) throws Exception {
    rate(pair, AT_ONCE * 4, true);
    var millis = new ArrayList<Double>();
    for (int i = 0; i < Math.max(1, each / 4); i++) {
      millis.add(oneByOne(pair));
    }
    millis.sort(null);
    double collects = rate(pair, each, true);
    double releases = rate(pair, each, false);
    double heldSeconds = heldAtOnce(pair);
    var memory = new ArrayList<Long>();
    if (cycles > 0) {
      memory.add(rssMegabytes());
      rate(pair, cycles / 2, false);
      memory.add(rssMegabytes());
      rate(pair, cycles - cycles / 2, false);
      memory.add(rssMegabytes());
    }
    return new Result(millis.get(millis.size() / 2), collects, releases, heldAtOnce, heldSeconds, cycles, memory);
  }

  private static void open(EmbeddedChain chain, LightningNode payer, LightningNode payee) {
    chain.fund(payer.lightning().wallet().newAddress(), CHANNELS * CAPACITY_SAT + FEE_RESERVE_SAT);
    chain.mine(1);
    payer.lightning().connect(payee.nodeId(), "127.0.0.1", payee.lightning().listenAddress().getPort());
    payer.lightning().openChannels(IntStream.range(0, CHANNELS)
        .mapToObj(i -> new ChannelRequest(payee.nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 4))).toList());
    chain.mine(ChannelPolicy.MIN_CONFIRMATIONS);
    Until.holds("the channels are usable", PATIENCE, () -> List.of(payer, payee).stream()
        .allMatch(node -> node.lightning().status().channels().stream().filter(c -> c.usable()).count() == CHANNELS));
  }

  private record Hold(Preimage preimage, PaymentId id) {}

  private Hold hold(Pair pair) throws Exception {
    var hold = new Hold(Preimage.random(random), PaymentId.random(random));
    var invoice = pair.payee().lightning().holdInvoice(
        new HoldRequest(hold.preimage().hash(), DEPOSIT, "a deposit", Duration.ofHours(1), FINAL_CLTV_BLOCKS));
    pair.payer().lightning().pay(new PayRequest(hold.id(), invoice.bolt11(), Msat.ofSat(10), PATIENCE));
    await(future(held, hold.preimage().hash()));
    held.remove(hold.preimage().hash());
    return hold;
  }

  private void decide(Pair pair, Hold hold, boolean collect) throws Exception {
    if (collect) {
      pair.payee().lightning().collect(hold.preimage());
    } else {
      pair.payee().lightning().release(hold.preimage().hash());
    }
    await(future(ended, hold.id()));
    ended.remove(hold.id());
  }

  private static void await(CompletableFuture<Boolean> future) throws Exception {
    if (!future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("a payment failed that nobody released");
    }
  }

  private double oneByOne(Pair pair) throws Exception {
    long start = System.nanoTime();
    var hold = hold(pair);
    double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
    decide(pair, hold, false);
    return millis;
  }

  /** Deposits a second, from the invoice to the payer's knowing how it ended. */
  private double rate(Pair pair, int count, boolean collect) throws Exception {
    var places = new Semaphore(AT_ONCE);
    var running = new ArrayList<Future<?>>();
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        places.acquire();
        running.add(threads.submit(() -> {
          try {
            decide(pair, hold(pair), collect);
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

  private double heldAtOnce(Pair pair) throws Exception {
    var holds = new ArrayList<Future<Hold>>();
    long start = System.nanoTime();
    double seconds;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < heldAtOnce; i++) {
        holds.add(threads.submit(() -> hold(pair)));
      }
      for (var one : holds) {
        one.get();
      }
      seconds = (System.nanoTime() - start) / NANOS;
      if (pair.payee().lightning().held().size() != heldAtOnce) {
        throw new IllegalStateException(pair.payee().lightning().held().size() + " are held, not " + heldAtOnce);
      }
      for (var one : holds) {
        decide(pair, one.get(), false);
      }
    }
    return seconds;
  }

  private static long rssMegabytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_024).findFirst().orElse(0);
  }

  private static <K> CompletableFuture<Boolean> future(Map<K, CompletableFuture<Boolean>> futures, K key) {
    return Objects.requireNonNull(futures.computeIfAbsent(key, _ -> new CompletableFuture<>()));
  }

  private void show(Result result) {
    if (json) {
      System.out.println(Json.line(result));
    } else {
      System.out.printf(Locale.ROOT, "one by one: held after %.0f ms (median)%n", result.holdMillis());
      System.out.printf(Locale.ROOT, "%d at once: %.0f held and collected, %.0f held and released a second%n", AT_ONCE,
          result.collectsASecond(), result.releasesASecond());
      System.out.printf(Locale.ROOT, "%d held at once after %.1f s%n", result.heldAtOnce(), result.heldSeconds());
      if (result.cycles() > 0) {
        System.out.printf(Locale.ROOT, "memory over %d cycles, RSS in MB: %s%n", result.cycles(),
            result.rssMegabytes());
      }
    }
  }
}
