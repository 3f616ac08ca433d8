package klatch.lightning.lnd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.ChannelRequest;
import klatch.lightning.LdkLightning;
import klatch.log.Bytes32;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.LndNode;
import klatch.regtest.LndProgram;
import klatch.regtest.Until;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.BitcoindProgram;
import klatch.regtest.chain.Chain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Our embedded LDK and a real LND: each opens a channel to the other, deposits and payouts go both ways, and it is closed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LndInteropIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long CAPACITY_SAT = 1_000_000;
  private static final Msat DEPOSIT = Msat.ofSat(10_000);
  private static final Msat NO_FEE = Msat.ZERO;
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  static Path directory;

  private BitcoindChain chain;
  private Database database;
  private LightningNode ours;
  private LndTestNode theirs;

  @BeforeAll
  void start() {
    LndProgram lnd = LndTestNetwork.lnd();
    BitcoindProgram bitcoind = LndTestNetwork.bitcoind();
    chain = BitcoindChain.start(bitcoind);
    database = Database.embedded(directory.resolve("postgres"), "");
    ours = LightningNode.start("ours", chain, database, ChannelPolicy.regtestLeaf());
    theirs = new LndTestNode(LndNode.start(lnd, chain, "theirs"), database);
    ours.lightning().watch(_ -> {
    });
    theirs.lightning().watch(_ -> {
    });
    chain.fund(List.of(new Chain.Payout(ours.lightning().wallet().newAddress(), 2 * CAPACITY_SAT),
        new Chain.Payout(theirs.node().newAddress(), 2 * CAPACITY_SAT)));
    mine(1);
    ours.lightning().connect(theirs.node().nodeId(), "127.0.0.1", theirs.node().member().address().getPort());
  }

  @AfterAll
  void stop() {
    for (AutoCloseable part : new AutoCloseable[]{theirs, ours, database, chain}) {
      if (part != null) {
        try {
          part.close();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Test
  void weOpenAChannelToLndUseItBothWaysAndCloseItTogether() {
    LdkLightning ldk = ours.lightning();
    ldk.openChannels(List.of(new ChannelRequest(theirs.node().nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 2))));
    mine(ChannelPolicy.MIN_CONFIRMATIONS + 3);
    awaitChannel();
    assertAnchors();

    depositsAndPayouts();

    long before = ldk.wallet().balanceSat();
    ldk.closeChannel(ldk.status().channels().getFirst().id(), false);
    awaitClosedTogether(1);
    Until.holds("our half is in our wallet", PATIENCE, () -> {
      mine(1);
      return ldk.wallet().balanceSat() > before;
    });
  }

  @Test
  void lndOpensAChannelToUsUsesItBothWaysAndClosesItTogether() {
    InetSocketAddress here = ours.lightning().listenAddress();
    theirs.node().connect(ours.lightning().nodeId(), here);
    String point = theirs.node().open(ours.lightning().nodeId(), CAPACITY_SAT, CAPACITY_SAT / 2);
    mine(ChannelPolicy.MIN_CONFIRMATIONS + 3);
    awaitChannel();
    assertAnchors();

    depositsAndPayouts();

    long before = ours.lightning().wallet().balanceSat();
    theirs.node().closeTogether(point);
    awaitClosedTogether(1);
    Until.holds("our half is in our wallet", PATIENCE, () -> {
      mine(1);
      return ours.lightning().wallet().balanceSat() > before;
    });
  }

  /** Both sides have agreed on a channel with anchors. */
  private void assertAnchors() {
    assertThat(ours.lightning().reserve().channels()).isOne();
    assertThat(theirs.node().admin().get("/v1/channels").path("channels").path(0).path("commitment_type").asText())
        .isEqualTo("ANCHORS");
  }

  /** What an evening does, each side once in each part. */
  private void depositsAndPayouts() {
    Msat total = balance(ours.lightning()).plus(balance(theirs.lightning()));
    for (int i = 0; i < 2; i++) {
      Lightning payer = i == 0 ? ours.lightning() : theirs.lightning();
      Lightning payee = i == 0 ? theirs.lightning() : ours.lightning();
      Msat before = balance(payer);
      released(payer, payee);
      await().atMost(PATIENCE).until(() -> quiet() && balance(payer).equals(before));
      collected(payer, payee);
      await().atMost(PATIENCE).until(() -> quiet() && balance(payer).equals(before.minus(DEPOSIT)));
      paidOut(payee, payer);
      await().atMost(PATIENCE).until(() -> quiet() && balance(payer).equals(before));
    }
    assertThat(balance(ours.lightning()).plus(balance(theirs.lightning()))).isEqualTo(total);
  }

  private void released(Lightning payer, Lightning payee) {
    Preimage preimage = new Preimage(random32());
    PaymentId id = held(payer, payee, preimage);
    payee.release(preimage.hash());
    await().atMost(PATIENCE)
        .until(() -> payer.payment(id).orElse(null) instanceof Payment.Failed failed && failed.released());
  }

  private void collected(Lightning payer, Lightning payee) {
    Preimage preimage = new Preimage(random32());
    PaymentId id = held(payer, payee, preimage);
    payee.collect(preimage);
    await().atMost(PATIENCE).until(() -> payer.payment(id).orElse(null) instanceof Payment.Sent sent
        && sent.preimage().equals(preimage) && sent.fee().equals(NO_FEE));
  }

  private static PaymentId held(Lightning payer, Lightning payee, Preimage preimage) {
    PaymentId id = new PaymentId(random32());
    Invoice invoice = payee.holdInvoice(new HoldRequest(preimage.hash(), DEPOSIT, "a deposit", Duration.ofHours(1),
        Lightning.MAX_FINAL_CLTV_BLOCKS));
    payer.pay(new PayRequest(id, invoice.bolt11(), NO_FEE, PATIENCE));
    await().atMost(PATIENCE).until(() -> payee.held().stream()
        .anyMatch(held -> held.hash().equals(preimage.hash()) && held.amount().equals(DEPOSIT)));
    int left = payee.held().stream().filter(held -> held.hash().equals(preimage.hash())).findFirst().orElseThrow()
        .expiryHeight() - payee.status().height();
    assertThat(left).isGreaterThanOrEqualTo(Lightning.MAX_FINAL_CLTV_BLOCKS);
    return id;
  }

  private static void paidOut(Lightning payer, Lightning payee) {
    PaymentId id = new PaymentId(random32());
    // What an invoice hints at, its payee learns from its peer a moment after the channel is open.
    Invoice invoice = await().atMost(PATIENCE).until(
        () -> payee.invoice(DEPOSIT, "Klatch payout", Duration.ofHours(1)),
        made -> payer.quoteFee(made).equals(Optional.of(NO_FEE)));
    payer.pay(new PayRequest(id, invoice.bolt11(), NO_FEE, PATIENCE));
    await().atMost(PATIENCE).until(() -> payer.payment(id).orElse(null) instanceof Payment.Sent);
  }

  private static Msat balance(Lightning node) {
    return node.status().balance();
  }

  private boolean quiet() {
    return List.of(ours.lightning(), theirs.lightning()).stream().flatMap(node -> node.status().channels().stream())
        .allMatch(channel -> channel.usable() && channel.pendingHtlcs() == 0);
  }

  private void awaitChannel() {
    Until.holds("the channel is usable on both sides", PATIENCE,
        () -> List.of(ours.lightning(), theirs.lightning()).stream().map(node -> node.status().channels())
            .allMatch(channels -> channels.size() == 1 && channels.getFirst().usable()));
  }

  /** Both have agreed on the closing transaction, and LND counts it as that. */
  private void awaitClosedTogether(int channels) {
    Until.holds("the channel is closed by both together", PATIENCE, () -> {
      mine(1);
      return ours.lightning().status().channels().isEmpty() && theirs.node().admin()
          .get("/v1/channels/closed?cooperative=true").path("channels").size() >= channels;
    });
  }

  private void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      chain.mine(1);
      ours.lightning().poke();
      int height = chain.tip().height();
      Until.holds("both are at block " + height, PATIENCE, () -> ours.lightning().status().height() == height
          && theirs.node().member().height() == height);
    }
  }

  private static byte[] random32() {
    byte[] bytes = new byte[Bytes32.LENGTH];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
