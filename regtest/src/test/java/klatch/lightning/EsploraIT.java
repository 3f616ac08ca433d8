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
  /** A node asks once for each of three targets; after twice that it has stored what the first three were answered. */
  private static final int REQUESTS_UNTIL_KNOWN = 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  static Path directory;

  private EmbeddedChain chain;
  private EsploraServer esplora;
  private ChainGate gate;
  private Database database;
  private LdkTestPair pair;
  private LdkTestNode holder;
  private LdkTestNode payer;

  @BeforeAll
  void start() {
    chain = EmbeddedChain.start(InstantSource.system());
    esplora = EsploraServer.start(chain.rpc());
    gate = gate();
    database = Database.embedded(directory.resolve("postgres"), "");
    pair = LdkTestPair.open(chain, gate, database, PATIENCE);
    holder = pair.holder();
    payer = pair.payer();
  }

  private ChainGate gate() {
    return ChainGate.open(new EsploraSource(esplora.uri(), Duration.ofSeconds(2)), Network.REGTEST,
        Optional.of(directory.resolve("headers")), Duration.ZERO, InstantSource.system());
  }

  @AfterAll
  void stop() {
    pair.close();
    database.close();
    gate.close();
    esplora.close();
    chain.close();
  }

  @Test
  @Order(1)
  void aDepositIsHeldAndReleasedAnotherCollectedAndAPayoutArrives() {
    Msat before = holder.lightning().status().balance();
    Preimage released = pair.hold();
    holder.lightning().release(released.hash());
    awaitBalance(before);
    Preimage collected = pair.hold();
    holder.lightning().collect(collected);
    awaitBalance(before.plus(LdkTestPair.DEPOSIT));
    PaymentId id = PaymentId.random(RANDOM);
    holder.lightning().pay(new PayRequest(id,
        payer.lightning().invoice(LdkTestPair.DEPOSIT, "a payout", Duration.ofHours(1)).bolt11(), Msat.ZERO, PATIENCE));
    await().atMost(PATIENCE)
        .until(() -> holder.lightning().payment(id).orElse(null) instanceof Payment.Sent);
    awaitBalance(before);
  }

  @Test
  @Order(2)
  void threeBlocksAreTakenBackUnderAHeldDeposit() {
    pair.mine(4);
    Preimage held = pair.hold();
    List<String> fresh = chain.reorg(3);
    pair.awaitTip();
    assertThat(gate.height()).isEqualTo(chain.tip().height());
    assertThat(fresh).hasSize(4);
    assertThat(holder.lightning().held()).extracting(Lightning.HeldHtlc::hash).containsExactly(held.hash());
    Msat before = holder.lightning().status().balance();
    holder.lightning().collect(held);
    awaitBalance(before.plus(LdkTestPair.DEPOSIT));
    assertThat(gate.trouble()).isEmpty();
  }

  @Test
  @Order(3)
  void theServerIsAwayAndPaymentsGoOnAndItsBlocksComeAfterwards() {
    Preimage held = pair.hold();
    chain.stall();
    await().atMost(PATIENCE).until(() -> gate.trouble().orElse(null) instanceof ChainTrouble.Slow slow
        && slow.message().contains("Esplora"));
    Msat before = holder.lightning().status().balance();
    holder.lightning().release(held.hash());
    awaitBalance(before);
    chain.resume();
    pair.mine(1);
    assertThat(gate.trouble()).isEmpty();
  }

  @Test
  @Order(4)
  void aClosingTransactionIsSentToTheServerAndItsCoinsComeToTheWallet() {
    closeTogether();
  }

  private void closeTogether() {
    long before = holder.lightning().wallet().balanceSat();
    holder.lightning().closeChannel(holder.lightning().status().channels().getFirst().id(), false);
    await().atMost(PATIENCE).until(() -> !chain.waiting().isEmpty());
    await().atMost(PATIENCE).until(() -> {
      pair.mine(1);
      return holder.lightning().wallet().balanceSat() > before + LdkTestPair.CAPACITY_SAT / 3;
    });
  }

  @Test
  @Order(5)
  void theFeeOfAForcedCloseIsRaisedByAPackageThatTheServerTakes() {
    if (!holder.lightning().status().channels().isEmpty()) {
      closeTogether();
    }
    chain.fund(payer.lightning().wallet().newAddress(), AnchorReserve.SAT_PER_CHANNEL);
    pair.mine(1);
    pair.openChannel();
    assertThat(holder.lightning().reserve().channels()).isOne();
    chain.estimate(20);
    int asked = esplora.estimates();
    await().atMost(PATIENCE).until(() -> esplora.estimates() >= asked + REQUESTS_UNTIL_KNOWN);
    holder.lightning().closeChannel(holder.lightning().status().channels().getFirst().id(), true);
    await().atMost(PATIENCE).until(() -> chain.paying(18) > 0);
    assertThat(esplora.packages()).isPositive();
    assertThat(gate.trouble()).isEmpty();
  }

  private void awaitBalance(Msat expected) {
    await().atMost(PATIENCE).until(() -> holder.lightning().status().balance().equals(expected)
        && holder.lightning().status().channels().getFirst().pendingHtlcs() == 0
        && payer.lightning().status().channels().getFirst().pendingHtlcs() == 0);
  }
}
