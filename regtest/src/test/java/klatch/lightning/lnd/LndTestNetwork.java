package klatch.lightning.lnd;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.lightning.ChannelPolicy;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.LndNode;
import klatch.regtest.LndProgram;
import klatch.regtest.Topology;
import klatch.regtest.Until;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.BitcoindProgram;
import org.opentest4j.TestAbortedException;

/** Payer (LND) - router (our embedded LDK) - payee (LND) on a real bitcoind, a million satoshis in each channel. */
final class LndTestNetwork implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long CAPACITY_SAT = 1_000_000;
  /** LND learns of announced channels only: these take six blocks. */
  private static final ChannelPolicy ANNOUNCED = new ChannelPolicy(ChannelPolicy.MIN_CONFIRMATIONS, 1_000, 0, true,
      true);
  private static final int ANNOUNCEMENT_BLOCKS = 6;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final LndTestNode payer;
  private final LndTestNode payee;
  private final Topology topology;

  LndTestNetwork(Path directory) {
    LndProgram program = lnd();
    BitcoindProgram bitcoind = bitcoind();
    try {
      BitcoindChain chain = opened(BitcoindChain.start(bitcoind));
      Database database = opened(Database.embedded(directory, ""));
      LightningNode router = opened(LightningNode.start("router", chain, database, ANNOUNCED));
      payer = opened(new LndTestNode(LndNode.start(program, chain, "payer"), database));
      payee = opened(new LndTestNode(LndNode.start(program, chain, "payee"), database));
      topology = Topology.star(chain, router.member(), List.of(payer.node().member(), payee.node().member()),
          CAPACITY_SAT);
      topology.mineAndSync(ANNOUNCEMENT_BLOCKS - ChannelPolicy.MIN_CONFIRMATIONS);
      awaitUsable();
      Lightning.Invoice invoice = payee.lightning().invoice(Msat.ofSat(1_000), "a way", Duration.ofHours(1));
      Until.holds("the payer finds a way to the payee", PATIENCE,
          () -> payer.lightning().quoteFee(invoice).isPresent());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  /** Where there is none, whoever needs it is skipped with the reason. */
  static LndProgram lnd() {
    return switch (LndProgram.locate()) {
      case LndProgram.Search.Found(var program) -> program;
      case LndProgram.Search.Absent(var reason) -> throw new TestAbortedException(reason);
    };
  }

  static BitcoindProgram bitcoind() {
    return switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Found(var program) -> program;
      case BitcoindProgram.Search.Absent(var reason) -> throw new TestAbortedException(reason);
    };
  }

  LndTestNode payer() {
    return payer;
  }

  LndTestNode payee() {
    return payee;
  }

  void mineBlock() {
    topology.mineAndSync(1);
  }

  /** Until all channels can be used, as both sides see it. */
  void awaitUsable() {
    topology.awaitUsable();
    List<Supplier<Lightning>> sides = List.of(payer::lightning, payee::lightning);
    Until.holds("LND's channels are usable", PATIENCE, () -> sides.stream().map(side -> side.get().status().channels())
        .allMatch(channels -> !channels.isEmpty() && channels.stream().allMatch(Lightning.Channel::usable)));
  }

  @Override
  public void close() {
    RuntimeException trouble = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        trouble = new IllegalStateException("a part did not close", e);
      }
    }
    if (trouble != null) {
      throw trouble;
    }
  }
}
