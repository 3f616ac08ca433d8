package klatch.regtest.network;

import static klatch.regtest.network.Expectation.balance;
import static klatch.regtest.network.Expectation.held;
import static klatch.regtest.network.Expectation.htlcs;
import static klatch.regtest.network.Expectation.paid;
import static klatch.regtest.network.Expectation.returned;
import static klatch.regtest.network.Expectation.usable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.regtest.chain.RpcClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegtestNetworkIT {
  private static final Msat AMOUNT = Msat.ofSat(3_000);

  private final RegtestNetwork network = NetworkPlan.line("payer", "router", "payee").capacity(500_000).seed(11)
      .start();
  private final RegtestNode payer = network.node("payer");
  private final RegtestNode router = network.node("router");
  private final RegtestNode payee = network.node("payee");

  @AfterAll
  void stop() {
    network.close();
  }

  @Test
  void theSameSeedGivesTheSameNodes() {
    assertThat(network.seed()).isEqualTo(11);
    try (RegtestNetwork again = NetworkPlan.nodes("payer").seed(11).start()) {
      assertThat(again.node("payer").nodeId()).isEqualTo(payer.nodeId());
    }
  }

  @Test
  void aHoldOutlivesAKilledPayeeAndAKilledRouter() {
    Msat before = payer.balance();
    Hold hold = payee.hold(AMOUNT);
    PaymentId payment = payer.pay(hold);
    network.await(held(payee, hold));
    payee.kill();
    payee.start();
    router.kill();
    router.start();
    network.await(held(payee, hold));
    payee.release(hold);
    network.await(returned(payer, payment));
    network.await(balance(payer, before));
  }

  @Test
  void aPartitionedPayeeKeepsTheHoldAndCollectsWhenItIsMended() {
    Msat before = payee.balance();
    Hold hold = payee.hold(AMOUNT);
    PaymentId payment = payer.pay(hold);
    network.await(held(payee, hold));
    payee.partition();
    network.await(new Expectation("nobody reaches the payee", () -> payee.lightning().peers().isEmpty()));
    payee.collect(hold);
    assertThat(payer.htlcs()).isEqualTo(1);
    payee.mend();
    network.await(paid(payer, payment));
    network.awaitQuiet();
    assertThat(payee.balance()).isEqualTo(before.plus(AMOUNT));
  }

  @Test
  void whatAStalledRouterOwesArrivesWhenItResumes() {
    Invoice invoice = payee.invoice(AMOUNT);
    router.stall();
    PaymentId payment = payer.pay(invoice);
    network.await(htlcs(payer, 1));
    assertThat(payee.htlcs()).isZero();
    router.resume();
    network.await(paid(payer, payment));
    network.awaitQuiet();
  }

  @Test
  void aNewChannelIsFundedAndOpenedInTheOperatorsWords() {
    payer.fund(400_000);
    payer.open(200_000).pushing(50_000).to(payee);
    network.await(usable(payee));
    assertThat(payee.lightning().status().channels()).anySatisfy(channel -> {
      assertThat(channel.peer()).isEqualTo(payer.nodeId());
      assertThat(channel.ours()).isEqualTo(Msat.ofSat(50_000));
    });
  }

  @Test
  void aReorganisationOfTwoBlocksLeavesEverythingUsable() {
    network.reorg(2);
    network.nodes().forEach(node -> network.await(usable(node)));
  }

  @Test
  void theChainsClockGoesAheadAndAHeldPaymentStaysHeld() {
    Hold hold = payee.hold(AMOUNT);
    PaymentId payment = payer.pay(hold);
    network.await(held(payee, hold));
    Instant before = network.chain().clock();
    network.advance(Duration.ofMinutes(20));
    try (RpcClient rpc = new RpcClient(network.chain().rpc())) {
      assertThat(Instant.ofEpochSecond(rpc.call("getblockchaininfo").path("mediantime").asLong()))
          .isAfter(before.plus(Duration.ofMinutes(19)));
    }
    network.await(held(payee, hold));
    payee.collect(hold);
    network.await(paid(payer, payment));
    network.awaitQuiet();
  }

  @Test
  void whatDoesNotComeIsNamedWithTheStateOfEverything() {
    assertThatThrownBy(() -> network.node("nobody")).hasMessageContaining("payer");
    assertThatThrownBy(() -> NetworkPlan.line("a", "a")).hasMessageContaining("no channel");
  }
}
