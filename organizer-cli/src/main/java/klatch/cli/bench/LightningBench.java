package klatch.cli.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import klatch.cli.node.ForeignPrograms;
import klatch.cli.terminal.Json;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.ChannelRequest;
import klatch.lightning.lnd.LndLightning;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.LndNode;
import klatch.regtest.Until;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.Folders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code klatch bench lightning}: deposits a second between two embedded nodes with four channels, both in this process, both
 * storing durably in one PostgreSQL; whether memory grows; and a real LND in the payee's place, in the same run.
 */
@Command(name = "lightning", sortOptions = false, description = "Deposits held, collected and released a second on four channels with durable PostgreSQL, and the memory they take.")
public final class LightningBench implements Callable<Integer> {
  private static final int CHANNELS = 4;
  private static final long CAPACITY_SAT = 16_000_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  /** For funding the channels, and for what the wallet keeps for closing them. */
  private static final long FEE_RESERVE_SAT = 800_000;
  private static final int MEMORY_SAMPLES = 5;
  private static final long BYTES_PER_MEGABYTE = 1 << 20;

  @Option(names = "--each", paramLabel = "N", defaultValue = "400", description = "How many deposits of each kind (default: ${DEFAULT-VALUE}).")
  int each;

  @Option(names = "--held", paramLabel = "N", defaultValue = "400", description = "How many are held at once (default: ${DEFAULT-VALUE}).")
  int heldAtOnce;

  @Option(names = "--cycles", paramLabel = "N", defaultValue = "0", description = "Then so many deposits held and released, 16 at once, to see whether memory grows (default: ${DEFAULT-VALUE}).")
  int cycles;

  @Option(names = "--lnd", description = "Then the same with a real LND as the payee.")
  boolean withLnd;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  /**
   * @param lnd    with LND in the payee's place; null if it was not asked for
   * @param memory of this process, both nodes and the chain in it: before the cycles, four times on the way, after them
   */
  @JsonPropertyOrder({"ldk", "lnd", "cycles", "memory"})
  record Result(DepositPace.Measured ldk, DepositPace.@Nullable Measured lnd, int cycles, List<Memory> memory) {}

  /** @param heapMegabytes what Java's heap holds after a collection */
  record Memory(long rssMegabytes, long heapMegabytes) {}

  @Override
  public Integer call() throws Exception {
    var directory = Files.createTempDirectory("klatch-bench-lightning");
    var memory = new ArrayList<Memory>();
    try (var database = Database.embedded(directory, "")) {
      var ldk = ldk(database, memory);
      show(new Result(ldk, withLnd ? lnd(database) : null, cycles, memory));
    } finally {
      Folders.delete(directory);
    }
    return 0;
  }

  private DepositPace.Measured ldk(Database database, List<Memory> memory) throws Exception {
    try (var chain = EmbeddedChain.start(InstantSource.system());
        var payer = LightningNode.start("payer", chain, database, ChannelPolicy.regtestLeaf());
        var payee = LightningNode.start("payee", chain, database, ChannelPolicy.regtestLeaf())) {
      var pace = new DepositPace(payer.lightning(), payee.lightning());
      open(chain, payer, payee.nodeId(), payee.lightning().listenAddress(),
          () -> usable(payer.lightning()) && usable(payee.lightning()));
      var measured = pace.measured(each, heldAtOnce);
      for (int sample = 0; cycles > 0 && sample <= MEMORY_SAMPLES; sample++) {
        if (sample > 0) {
          pace.rate(cycles / MEMORY_SAMPLES, false);
        }
        memory.add(memory());
      }
      return measured;
    }
  }

  private DepositPace.Measured lnd(Database database) throws Exception {
    var money = database.withPrefix("lnd_").dataSource("money");
    try (var chain = BitcoindChain.start(ForeignPrograms.bitcoind());
        var node = LndNode.start(ForeignPrograms.lnd(), chain, "lnd");
        var payer = LightningNode.start("lnd_payer", chain, database, ChannelPolicy.regtestLeaf());
        var commits = PostgresGroupCommit.open(money, PATIENCE);
        var payee = LndLightning.start(node.config(node.bakeMacaroon()), commits, money)) {
      var pace = new DepositPace(payer.lightning(), payee);
      open(chain, payer, node.nodeId(), node.member().address(), () -> usable(payer.lightning()) && usable(payee));
      return pace.measured(each, heldAtOnce);
    }
  }

  private static void open(Chain chain, LightningNode payer, String payeeId, InetSocketAddress address,
      BooleanSupplier usable) {
    chain.fund(payer.lightning().wallet().newAddress(), CHANNELS * CAPACITY_SAT + FEE_RESERVE_SAT);
    chain.mine(1);
    Until.holds("the payer has coins", PATIENCE,
        () -> payer.lightning().wallet().balanceSat() > CHANNELS * CAPACITY_SAT);
    payer.lightning().connect(payeeId, address.getAddress().getHostAddress(), address.getPort());
    payer.lightning().openChannels(IntStream.range(0, CHANNELS)
        .mapToObj(i -> new ChannelRequest(payeeId, CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 4))).toList());
    for (int i = 0; i < ChannelPolicy.MIN_CONFIRMATIONS; i++) {
      chain.mine(1);
      payer.lightning().poke();
    }
    Until.holds("the channels are usable", PATIENCE, usable);
  }

  private static boolean usable(Lightning node) {
    return node.status().channels().stream().filter(Lightning.Channel::usable).count() == CHANNELS;
  }

  private static Memory memory() throws IOException {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / BYTES_PER_MEGABYTE;
    long rss = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_024).findFirst().orElse(0);
    return new Memory(rss, heap);
  }

  private void show(Result result) {
    if (json) {
      System.out.println(Json.line(result));
      return;
    }
    show("embedded LDK", result.ldk());
    if (result.lnd() != null) {
      show("LND", result.lnd());
    }
    if (result.cycles() > 0) {
      System.out.printf(Locale.ROOT, "memory over %d cycles, RSS and heap in MB: %s%n", result.cycles(),
          result.memory().stream().map(m -> m.rssMegabytes() + "/" + m.heapMegabytes()).toList());
    }
  }

  private static void show(String node, DepositPace.Measured measured) {
    System.out.printf(Locale.ROOT, "%s: one by one held after %.0f ms (median)%n", node, measured.holdMillis());
    System.out.printf(Locale.ROOT, "%s: %d at once: %.0f held and collected, %.0f held and released a second%n", node,
        DepositPace.AT_ONCE, measured.collectsASecond(), measured.releasesASecond());
    System.out.printf(Locale.ROOT, "%s: %d held at once after %.1f s%n", node, measured.heldAtOnce(),
        measured.heldSeconds());
  }
}
