package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.chain.ChainGate;
import klatch.lightning.chain.ChainTrouble;
import klatch.lightning.chain.EsploraSource;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.EsploraServer;
import klatch.regtest.chain.RpcEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A node whose chain is an Esplora server, and one on a bitcoind's JSON-RPC, with a channel that the first has paid for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class EsploraIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long CAPACITY_SAT = 1_000_000;
  private static final Msat DEPOSIT = Msat.ofSat(10_000);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  static Path directory;

  private EmbeddedChain chain;
  private EsploraServer esplora;
  private ChainGate gate;
  private Database database;
  private LdkTestNode holder;
  private LdkTestNode payer;

  @BeforeAll
  void start() {
    chain = EmbeddedChain.start(InstantSource.system());
    esplora = EsploraServer.start(chain.rpc());
    gate = gate();
    database = Database.embedded(directory.resolve("postgres"), "");
    holder = LdkTestNode.start(database, endpoint(gate), "holder", 1, ChannelPolicy.regtestLeaf());
    payer = LdkTestNode.start(database, chain.rpc(), "payer", 2, ChannelPolicy.regtestLeaf());
    holder.watch();
    payer.watch();
    chain.fund(holder.lightning().wallet().newAddress(), 2 * CAPACITY_SAT);
    mine(1);
    holder.connect(payer);
    holder.lightning().openChannels(
        List.of(new ChannelRequest(payer.lightning().nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 2))));
    mine(ChannelPolicy.MIN_CONFIRMATIONS);
    awaitUsable();
  }

  private ChainGate gate() {
    return ChainGate.open(new EsploraSource(esplora.uri(), Duration.ofSeconds(2)), Network.REGTEST,
        Optional.of(directory.resolve("headers")), Duration.ZERO, InstantSource.system());
  }

  private static RpcEndpoint endpoint(ChainGate gate) {
    ChainRpc rpc = gate.rpc(Duration.ofMillis(50));
    return new RpcEndpoint(rpc.url().getHost(), rpc.url().getPort(), rpc.user(), rpc.password());
  }

  @AfterAll
  void stop() {
    payer.close();
    holder.close();
    database.close();
    gate.close();
    esplora.close();
    chain.close();
  }

  @Test
  @Order(1)
  void aDepositIsHeldAndReleasedAnotherCollectedAndAPayoutArrives() {
    Msat before = holder.lightning().status().balance();
    Preimage released = hold();
    holder.lightning().release(released.hash());
    awaitBalance(before);
    Preimage collected = hold();
    holder.lightning().collect(collected);
    awaitBalance(before.plus(DEPOSIT));
    PaymentId id = PaymentId.random(RANDOM);
    holder.lightning().pay(new PayRequest(id,
        payer.lightning().invoice(DEPOSIT, "a payout", Duration.ofHours(1)).bolt11(), Msat.ZERO, PATIENCE));
    await().atMost(PATIENCE)
        .until(() -> holder.lightning().payment(id).orElse(null) instanceof Payment.Sent);
    awaitBalance(before);
  }

  @Test
  @Order(2)
  void threeBlocksAreTakenBackUnderAHeldDeposit() {
    mine(4);
    Preimage held = hold();
    List<String> fresh = chain.reorg(3);
    awaitTip();
    assertThat(gate.height()).isEqualTo(chain.tip().height());
    assertThat(fresh).hasSize(4);
    assertThat(holder.lightning().held()).extracting(Lightning.HeldHtlc::hash).containsExactly(held.hash());
    Msat before = holder.lightning().status().balance();
    holder.lightning().collect(held);
    awaitBalance(before.plus(DEPOSIT));
    assertThat(gate.trouble()).isEmpty();
  }

  @Test
  @Order(3)
  void theServerIsAwayAndPaymentsGoOnAndItsBlocksComeAfterwards() {
    Preimage held = hold();
    chain.stall();
    await().atMost(PATIENCE).until(() -> gate.trouble().orElse(null) instanceof ChainTrouble.Slow slow
        && slow.message().contains("Esplora"));
    Msat before = holder.lightning().status().balance();
    holder.lightning().release(held.hash());
    awaitBalance(before);
    chain.resume();
    mine(1);
    assertThat(gate.trouble()).isEmpty();
  }

  @Test
  @Order(4)
  void aClosingTransactionIsSentToTheServerAndItsCoinsComeToTheWallet() {
    long before = holder.lightning().wallet().balanceSat();
    holder.lightning().closeChannel(holder.lightning().status().channels().getFirst().id(), false);
    await().atMost(PATIENCE).until(() -> !chain.waiting().isEmpty());
    await().atMost(PATIENCE).until(() -> {
      mine(1);
      return holder.lightning().wallet().balanceSat() > before + CAPACITY_SAT / 3;
    });
  }

  private Preimage hold() {
    Preimage preimage = Preimage.random(RANDOM);
    Lightning.Invoice invoice = holder.lightning().holdInvoice(
        new HoldRequest(preimage.hash(), DEPOSIT, "a deposit", Duration.ofHours(1), Lightning.MAX_FINAL_CLTV_BLOCKS));
    payer.lightning().pay(new PayRequest(PaymentId.random(RANDOM), invoice.bolt11(), Msat.ZERO, PATIENCE));
    await().atMost(PATIENCE).until(() -> holder.lightning().held().stream()
        .anyMatch(held -> held.hash().equals(preimage.hash())));
    return preimage;
  }

  private void awaitBalance(Msat expected) {
    await().atMost(PATIENCE).until(() -> holder.lightning().status().balance().equals(expected)
        && holder.lightning().status().channels().getFirst().pendingHtlcs() == 0
        && payer.lightning().status().channels().getFirst().pendingHtlcs() == 0);
  }

  private void awaitUsable() {
    await().atMost(PATIENCE).until(() -> List.of(holder, payer).stream()
        .map(node -> node.lightning().status().channels())
        .allMatch(channels -> channels.size() == 1 && channels.getFirst().usable()));
  }

  private void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      chain.mine(1);
      awaitTip();
    }
  }

  private void awaitTip() {
    int height = chain.tip().height();
    List<LdkTestNode> nodes = List.of(holder, payer);
    nodes.forEach(node -> node.lightning().poke());
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10))
        .until(() -> nodes.stream().allMatch(node -> node.lightning().status().height() == height));
  }
}
