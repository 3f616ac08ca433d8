package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.RpcClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Our embedded node and npm's LDK 0.1.2: a peer that we did not build, with a chain, sockets and events of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NpmLdkInteropIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long CAPACITY_SAT = 1_000_000;
  private static final Msat DEPOSIT = Msat.ofSat(10_000);
  private static final Msat PAYOUT = Msat.ofSat(15_000);
  private static final int ENOUGH_BLOCKS = 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  static Path directory;

  private EmbeddedChain chain;
  private Database database;
  private LightningNode ours;
  private NpmLdkNode.Present program;
  private NpmLdkNode theirs;
  private int seed;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    program = switch (NpmLdkNode.find()) {
      case NpmLdkNode.Present present -> present;
      case NpmLdkNode.Absent(String why) -> Assumptions.abort(why);
    };
    chain = EmbeddedChain.start(InstantSource.system());
    database = Database.embedded(directory.resolve("postgres"), "");
    ours = LightningNode.start("ours", chain, database, ChannelPolicy.regtestLeaf());
    ours.lightning().watch(_ -> {
    });
  }

  @BeforeEach
  void meet() throws IOException, InterruptedException {
    theirs = NpmLdkNode.start(program, chain.rpc(), ++seed);
    ours.lightning().connect(theirs.nodeId(), "127.0.0.1", theirs.port());
  }

  @AfterEach
  void part() {
    if (theirs != null) {
      theirs.close();
    }
  }

  @AfterAll
  void stop() {
    if (ours != null) {
      ours.close();
    }
    if (database != null) {
      database.close();
    }
    if (chain != null) {
      chain.close();
    }
  }

  @Test
  void theStrangerOpensAChannelToUsUsesItBothWaysAndClosesItTogether() throws InterruptedException {
    theirs.ask("open", Map.of("nodeId", ours.nodeId(), "capacitySat", CAPACITY_SAT, "pushMsat",
        CAPACITY_SAT / 2 * 1_000));
    JsonNode wanted = theirs.await("fund", "peer", ours.nodeId());
    theirs.ask("fund", Map.of("channel", wanted.path("channel").asText(), "peer", ours.nodeId(), "transaction",
        paid(wanted)));
    awaitFunding(1);
    mine(ENOUGH_BLOCKS);
    awaitUsable();

    depositsAndPayout();

    String channel = theirs.info().path("channels").path(0).path("channel").asText();
    theirs.ask("close", Map.of("channel", channel, "peer", ours.nodeId()));
    awaitClosedTogether(channel);
  }

  @Test
  void weOpenAChannelToTheStrangerUseItBothWaysAndCloseItTogether() throws InterruptedException {
    chain.fund(ours.lightning().wallet().newAddress(), 2 * CAPACITY_SAT);
    mine(1);
    ours.lightning().openChannels(
        List.of(new ChannelRequest(theirs.nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 2))));
    mine(ENOUGH_BLOCKS);
    awaitUsable();

    depositsAndPayout();

    String channel = theirs.info().path("channels").path(0).path("channel").asText();
    ours.lightning().closeChannel(ours.lightning().status().channels().getFirst().id(), false);
    awaitClosedTogether(channel);
  }

  /** The faucet pays for their channel at once: on a chain of our own nobody loses it if the channel comes to nothing. */
  private String paid(JsonNode wanted) {
    String address = Chain.address(HexFormat.of().parseHex(wanted.path("script").asText()));
    String txid = chain.fund(address, wanted.path("sat").asLong());
    try (RpcClient rpc = new RpcClient(chain.rpc())) {
      return rpc.call("getrawtransaction", txid).asText();
    }
  }

  /** What an evening does; after it the stranger has what it had, less one deposit and plus one payout. */
  private void depositsAndPayout() throws InterruptedException {
    Msat before = ours.lightning().status().balance();
    Preimage released = hold();
    ours.lightning().release(released.hash());
    assertThat(theirs.await("failed", "hash", released.hash().toString()).path("reason").asText())
        .endsWith("RecipientRejected");
    awaitBalance(before);

    Preimage killed = hold();
    ours.kill();
    ours.start();
    ours.lightning().watch(_ -> {
    });
    await().atMost(PATIENCE).until(() -> ours.lightning().held().stream()
        .anyMatch(held -> held.hash().equals(killed.hash())));
    ours.lightning().release(killed.hash());
    theirs.await("failed", "hash", killed.hash().toString());
    awaitBalance(before);

    Preimage collected = hold();
    ours.lightning().collect(collected);
    JsonNode sent = theirs.await("sent", "hash", collected.hash().toString());
    assertThat(sent.path("preimage").asText()).isEqualTo(collected.hex());
    assertThat(sent.path("feeMsat").asLong()).isZero();
    awaitBalance(before.plus(DEPOSIT));

    payOut();
    awaitBalance(before.plus(DEPOSIT).minus(PAYOUT));
  }

  private Preimage hold() throws InterruptedException {
    Preimage preimage = Preimage.random(RANDOM);
    Invoice invoice = ours.lightning().holdInvoice(new HoldRequest(preimage.hash(), DEPOSIT, "a deposit",
        Duration.ofHours(1), Lightning.MAX_FINAL_CLTV_BLOCKS));
    theirs.ask("pay", Map.of("bolt11", invoice.bolt11()));
    await().atMost(PATIENCE).until(() -> ours.lightning().held().stream()
        .anyMatch(held -> held.hash().equals(preimage.hash()) && held.amount().equals(DEPOSIT)));
    return preimage;
  }

  private void payOut() throws InterruptedException {
    String bolt11 = theirs.ask("invoice", Map.of("msat", PAYOUT.value(), "seconds", 3_600)).path("bolt11").asText();
    Invoice invoice = ours.lightning().decode(bolt11);
    assertThat(invoice.amount()).isEqualTo(Optional.of(PAYOUT));
    PaymentId id = PaymentId.random(RANDOM);
    ours.lightning().pay(new PayRequest(id, bolt11, Msat.ZERO, PATIENCE));
    assertThat(theirs.await("received", "hash", invoice.hash().toString()).path("msat").asLong())
        .isEqualTo(PAYOUT.value());
    await().atMost(PATIENCE).until(() -> ours.lightning().payment(id).orElse(null) instanceof Payment.Sent sent
        && sent.fee().equals(Msat.ZERO));
  }

  /** Both sides agree on it, the stranger to the satoshi that it tells. */
  private void awaitBalance(Msat expected) {
    await().atMost(PATIENCE).until(() -> {
      JsonNode channel = theirs.info().path("channels").path(0);
      long left = CAPACITY_SAT * 1_000 - expected.value();
      return quiet() && channel.path("htlcs").asInt() == 0 && ours.lightning().status().balance().equals(expected)
          && channel.path("sendMsat").asLong() + channel.path("reserveSat").asLong() * 1_000 == left;
    });
  }

  private boolean quiet() {
    return ours.lightning().status().channels().stream()
        .allMatch(channel -> channel.usable() && channel.pendingHtlcs() == 0);
  }

  private void awaitFunding(int channels) {
    await().atMost(PATIENCE).until(() -> ours.lightning().status().channels().size() == channels);
  }

  private void awaitUsable() {
    await().atMost(PATIENCE).until(() -> ours.lightning().status().channels().stream().allMatch(c -> c.usable())
        && theirs.info().path("channels").path(0).path("usable").asBoolean());
  }

  /** Our half is in our wallet, and the stranger knows of no force. */
  private void awaitClosedTogether(String channel) throws InterruptedException {
    long before = ours.lightning().wallet().balanceSat();
    assertThat(theirs.await("closed", "channel", channel).path("reason").asText()).contains("CooperativeClosure");
    await().atMost(PATIENCE).until(() -> {
      mine(1);
      return ours.lightning().status().channels().isEmpty() && ours.lightning().wallet().balanceSat() > before;
    });
  }

  private void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      chain.mine(1);
      ours.lightning().poke();
      int height = chain.tip().height();
      await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(
          () -> ours.lightning().status().height() == height && theirs.info().path("height").asInt() == height);
    }
  }
}
