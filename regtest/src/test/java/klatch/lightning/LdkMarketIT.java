package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.HeldHtlc;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node without any channel buys one from a peer that sells them, with the first payment that comes to it (LSPS2). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class LdkMarketIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Msat PAYMENT = Msat.ofSat(100_000);
  private static final Msat FEE = Msat.ofSat(2_000);
  private static final Msat DEPOSIT = Msat.ofSat(10_000);
  private static final ChannelSale SALE = new ChannelSale(Msat.ofSat(1_500), 20_000, Msat.ofSat(10_000),
      Msat.ofSat(400_000), Optional.of("let me in"), 200_000);

  private EmbeddedChain chain;
  private Database database;
  private LdkTestNode seller;
  private LdkTestNode payer;
  private LdkTestNode buyer;

  @BeforeAll
  void start(@TempDir Path directory) {
    chain = EmbeddedChain.start(InstantSource.system());
    database = Database.embedded(directory, "");
    seller = LdkTestNode.start(database, chain.rpc(), "seller", 1, ChannelPolicy.regtestRouter().selling(SALE));
    payer = LdkTestNode.start(database, chain.rpc(), "payer", 2, ChannelPolicy.regtestLeaf());
    buyer = LdkTestNode.start(database, chain.rpc(), "buyer", 3, ChannelPolicy.regtestLeaf());
    nodes().forEach(LdkTestNode::watch);
    chain.fund(seller.lightning().wallet().newAddress(), 5_000_000);
    chain.fund(buyer.lightning().wallet().newAddress(), 200_000);
    mine(1);
    payer.connect(seller);
    buyer.connect(seller);
    seller.lightning().openChannels(
        List.of(new ChannelRequest(payer.lightning().nodeId(), 2_000_000, Msat.ofSat(1_500_000))));
    mine(ChannelPolicy.MIN_CONFIRMATIONS);
    await().atMost(PATIENCE).until(() -> payer.lightning().status().channels().stream().anyMatch(c -> c.usable()));
  }

  @AfterAll
  void stop() {
    nodes().forEach(LdkTestNode::close);
    database.close();
    chain.close();
  }

  private List<LdkTestNode> nodes() {
    return List.of(seller, payer, buyer);
  }

  private void mine(int blocks) {
    LdkTestNode.mine(chain, nodes(), blocks, PATIENCE);
  }

  private ChannelPurchase bought(Msat mostFee) {
    return buyer.lightning().buyChannel(seller.lightning().nodeId(), PAYMENT, mostFee, SALE.token());
  }

  private PaymentId pay(Lightning.Invoice invoice) {
    PaymentId id = PaymentId.random(RANDOM);
    payer.lightning().pay(new Lightning.PayRequest(id, invoice.bolt11(), Msat.ofSat(100), PATIENCE));
    return id;
  }

  /** The seller has paid for the channel that a payment opens. */
  private void awaitFunding(int channels) {
    await().atMost(PATIENCE).until(() -> buyer.lightning().status().channels().size() == channels);
    await().atMost(PATIENCE).until(() -> !chain.waiting().isEmpty());
  }

  private Optional<Payment> ended(PaymentId id) {
    return payer.lightning().payment(id).filter(payment -> !(payment instanceof Payment.Pending));
  }

  @Test
  @Order(1)
  void aPriceIsToldAndNothingIsBoughtAboveTheLimitOrWithoutTheToken() {
    String peer = seller.lightning().nodeId();
    ChannelPrice price = buyer.lightning().channelPrice(peer, PAYMENT, SALE.token());
    assertThat(price.fee()).isEqualTo(FEE);
    assertThat(price.arrives()).isEqualTo(Msat.ofSat(98_000));
    assertThat(price.forBlocks()).isPositive();
    assertThatThrownBy(() -> bought(Msat.ofSat(1_999))).isInstanceOf(LightningException.class)
        .hasMessageContaining("costs 2000").hasMessageContaining("1999");
    assertThatThrownBy(() -> buyer.lightning().channelPrice(peer, PAYMENT, Optional.of("somebody else")))
        .isInstanceOf(LightningException.class).hasMessageContaining("token");
    assertThatThrownBy(() -> buyer.lightning().channelPrice(peer, Msat.ofSat(500_000), SALE.token()))
        .isInstanceOf(LightningException.class).hasMessageContaining("400000");
    assertThat(buyer.lightning().status().channels()).isEmpty();
  }

  @Test
  @Order(2)
  void aSellerThatKeepsMoreThanWasAgreedIsPaidNothing() throws SQLException {
    ChannelPurchase purchase = bought(FEE);
    try (Connection connection = buyer.money().getConnection(); Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate("update channel_purchase set fee_msat = fee_msat - 1")).isEqualTo(1);
    }
    PaymentId payment = pay(purchase.invoice());
    awaitFunding(1);
    mine(ChannelPolicy.MIN_CONFIRMATIONS);
    await().atMost(PATIENCE).until(() -> ended(payment).isPresent());
    assertThat(ended(payment)).get().isInstanceOf(Payment.Failed.class);
    assertThat(buyer.lightning().status().channels()).hasSize(1)
        .allMatch(channel -> channel.ours().equals(Msat.ZERO));
  }

  @Test
  @Order(3)
  void aChannelIsBoughtByTheFirstPaymentThoughBothEndsAreKilledMeanwhile() {
    int before = buyer.lightning().status().channels().size();
    ChannelPurchase purchase = bought(FEE);
    assertThat(purchase.invoice().amount()).contains(PAYMENT);
    buyer.kill();
    buyer.watch();
    seller.kill();
    seller.watch();
    buyer.connect(seller);
    payer.connect(seller);
    await().atMost(PATIENCE).until(() -> payer.lightning().status().channels().stream().anyMatch(c -> c.usable()));

    PaymentId payment = pay(purchase.invoice());
    awaitFunding(before + 1);
    assertThat(ended(payment)).isEmpty();
    mine(ChannelPolicy.MIN_CONFIRMATIONS);
    await().atMost(PATIENCE).until(() -> ended(payment).isPresent());
    assertThat(ended(payment)).get().isInstanceOfSatisfying(Payment.Sent.class,
        sent -> assertThat(sent.amount()).isEqualTo(PAYMENT));
    await().atMost(PATIENCE)
        .until(() -> buyer.events().stream().anyMatch(event -> event instanceof LightningEvent.HtlcCollected));
    assertThat(buyer.lightning().payments(1)).extracting(PaymentRecord::amount)
        .containsExactly(Optional.of(purchase.price().arrives()));
    assertThat(buyer.lightning().status().channels()).extracting(Lightning.Channel::ours)
        .contains(purchase.price().arrives());
  }

  @Test
  @Order(4)
  void depositsAreHeldAndCollectedWholeInTheBoughtChannel() {
    Preimage preimage = Preimage.random(RANDOM);
    Lightning.Invoice invoice = buyer.lightning().holdInvoice(new Lightning.HoldRequest(preimage.hash(), DEPOSIT,
        "a deposit", Duration.ofHours(1), Lightning.MAX_FINAL_CLTV_BLOCKS));
    PaymentId payment = pay(invoice);
    await().atMost(PATIENCE).until(() -> !buyer.lightning().held().isEmpty());
    assertThat(buyer.lightning().held()).extracting(HeldHtlc::amount).containsExactly(DEPOSIT);
    buyer.lightning().collect(preimage);
    await().atMost(PATIENCE).until(() -> ended(payment).isPresent());
    assertThat(ended(payment)).get().isInstanceOf(Payment.Sent.class);
  }

  @Test
  @Order(5)
  void withoutCoinsToCloseOneMoreChannelNothingIsBought() {
    long kept = buyer.lightning().wallet().balanceSat();
    buyer.lightning().wallet().send(seller.lightning().wallet().newAddress(), kept - 60_000,
        java.util.OptionalLong.of(2));
    mine(1);
    assertThatThrownBy(() -> bought(FEE)).isInstanceOf(LightningException.class).hasMessageContaining("75000 sat");
  }
}
