package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import klatch.commitments.Lightning.HeldHtlc;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.commitments.journal.PostgresGroupCommit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded node survives: being killed, a database that goes away, a chain that stalls or turns back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LdkLightningIT {
  private static final Duration PATIENCE = LdkTestNetwork.PATIENCE;
  private static final Msat AMOUNT = Msat.ofSat(10_000);
  private static final Msat MAX_FEE = Msat.ofSat(10);
  private static final int FINAL_CLTV_BLOCKS = 432;
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  static Path directory;

  @SuppressWarnings("NullAway.Init") // set before the first test
  private LdkTestNetwork network;

  @BeforeAll
  void start() {
    network = new LdkTestNetwork(directory.resolve("postgres"));
    network.payer().watch();
    network.payee().watch();
  }

  @AfterAll
  void stop() {
    network.close();
  }

  @Test
  void aNodeKilledWithoutALastCutHasEveryHoldAndPaymentAndIsExactToTheMillisatoshi() {
    Msat payerBefore = quietBalance(network.payer());
    Msat payeeBefore = quietBalance(network.payee());
    List<Preimage> preimages = new ArrayList<>();
    List<PaymentId> ids = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      preimages.add(new Preimage(random32()));
      ids.add(lock(preimages.get(i).hash()));
    }
    List<HeldHtlc> held = List.copyOf(network.payee().lightning().held());
    network.payee().lightning().collect(preimages.get(0));
    network.payee().lightning().release(preimages.get(1).hash());

    network.payee().kill();
    network.payer().kill();
    network.connect();
    network.payee().watch();
    network.payer().watch();
    network.awaitUsable();
    // What was decided before the kill is decided again, as its owner does after every start.
    network.payee().lightning().collect(preimages.get(0));
    network.payee().lightning().release(preimages.get(1).hash());

    HeldHtlc third = held.stream().filter(h -> h.hash().equals(preimages.get(2).hash())).findFirst().orElseThrow();
    await().atMost(PATIENCE).until(() -> network.payee().lightning().held().contains(third));
    network.payee().lightning().collect(preimages.get(2));
    network.payee().lightning().release(preimages.get(3).hash());
    Msat fees = sent(ids.get(0)).fee().plus(sent(ids.get(2)).fee());
    awaitPayment(ids.get(1), payment -> payment instanceof Payment.Failed failed && failed.released());
    awaitPayment(ids.get(3), payment -> payment instanceof Payment.Failed failed && failed.released());
    assertThat(sent(ids.get(0)).preimage()).isEqualTo(preimages.get(0));
    assertThat(quietBalance(network.payee())).isEqualTo(payeeBefore.plus(AMOUNT).plus(AMOUNT));
    assertThat(quietBalance(network.payer())).isEqualTo(payerBefore.minus(AMOUNT).minus(AMOUNT).minus(fees));
  }

  @Test
  void aPaymentIsKnownAfterARestartAndItsIdIsNotPaidAgain() {
    Invoice invoice = network.payee().lightning().invoice(AMOUNT, "once", Duration.ofHours(1));
    PaymentId id = new PaymentId(random32());
    network.payer().lightning().pay(new PayRequest(id, invoice.bolt11(), MAX_FEE, PATIENCE));
    Payment.Sent sent = sent(id);
    network.payer().kill();
    network.connect();
    network.payer().watch();
    network.awaitUsable();
    assertThat(network.payer().lightning().payment(id)).contains(sent);
    assertThat(network.payer().lightning().pay(new PayRequest(id, invoice.bolt11(), MAX_FEE, PATIENCE)))
        .isEqualTo(sent);
  }

  @Test
  void paymentsThatWaitedForTheirPeersTurnWhenTheNodeWasKilledArriveOnce() {
    Msat amount = Msat.ofSat(1_000);
    Msat before = quietBalance(network.payee());
    List<PaymentId> ids = new ArrayList<>();
    // The first goes out at once; the others wait inside the node until the peer has answered, and are in its state alone.
    List<Invoice> invoices = IntStream.range(0, 12)
        .mapToObj(i -> network.payee().lightning().invoice(amount, "number " + i, Duration.ofHours(1))).toList();
    for (Invoice invoice : invoices) {
      ids.add(new PaymentId(random32()));
      network.payer().lightning().pay(new PayRequest(ids.getLast(), invoice.bolt11(), MAX_FEE, PATIENCE));
    }
    network.payer().kill();
    network.connect();
    network.payer().watch();
    network.awaitUsable();
    ids.forEach(this::sent);
    assertThat(quietBalance(network.payee())).isEqualTo(before.plus(new Msat(amount.value() * ids.size())));
  }

  @Test
  void whilePostgresIsAwayNothingIsAnsweredToPeersAndAfterwardsItGoesOn() {
    Preimage preimage = new Preimage(random32());
    PaymentId id = lock(preimage.hash());
    network.database().server().orElseThrow().stop();
    network.payee().lightning().release(preimage.hash());
    await().during(Duration.ofSeconds(2)).atMost(PATIENCE)
        .until(() -> network.payer().lightning().status().channels().getFirst().pendingHtlcs() == 1);
    network.database().server().orElseThrow().start();
    awaitPayment(id, payment -> payment instanceof Payment.Failed failed && failed.released());
  }

  @Test
  void aStalledChainStopsNoPaymentAndAReorganisationLosesNoHold() {
    Preimage preimage = new Preimage(random32());
    network.chain().stall();
    PaymentId id = lock(preimage.hash());
    network.chain().resume();
    HeldHtlc held = network.payee().lightning().held().getFirst();
    network.chain().reorg(2);
    network.awaitTip();
    assertThat(network.payee().lightning().held()).containsExactly(held);
    network.payee().lightning().collect(preimage);
    assertThat(sent(id).preimage()).isEqualTo(preimage);
  }

  @Test
  void garbageOnTheListeningPortIsRefusedAndThePeersStay() throws IOException {
    InetSocketAddress address = network.payee().lightning().listenAddress();
    byte[] garbage = new byte[100_000];
    new Random(7).nextBytes(garbage);
    for (int length : new int[]{1, 49, 50, 51, 4_096, garbage.length}) {
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        socket.getOutputStream().write(garbage, 0, length);
      } catch (IOException refused) {
        assertThat(length).isGreaterThanOrEqualTo(50);
      }
    }
    assertThat(network.payee().lightning().peers()).contains(network.router().lightning().nodeId());
    sent(payOrdinary());
  }

  @Test
  void aSecondNodeOnThePortAndAStateOfAnotherSeedAreRefused() {
    LdkConfig config = network.payee().config();
    LdkConfig taken = new LdkConfig(config.network(), "taken", new Seed(random32()),
        network.payee().lightning().listenAddress(), config.chain(), config.channels());
    try (PostgresGroupCommit commits = PostgresGroupCommit
        .open(network.database().withPrefix("taken_").dataSource("money"), PATIENCE)) {
      assertThatThrownBy(
          () -> LdkLightning.start(taken, commits, network.database().withPrefix("taken_").dataSource("money")))
          .isInstanceOf(LightningException.class).hasMessageContaining("cannot listen on");
    }
    LdkConfig foreign = new LdkConfig(config.network(), "foreign", new Seed(random32()), config.listen(),
        config.chain(), config.channels());
    assertThatThrownBy(() -> LdkNode.start(LdkMessages.config(foreign, new byte[22]),
        new LdkStore(network.payee().money()).state()))
        .isInstanceOf(LightningException.class).hasMessageContaining("another seed");
  }

  @Test
  void hostileRequestsAreRefusedInWords() {
    assertThatThrownBy(() -> network.payee().lightning().decode("x".repeat(5_000)))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("4096");
    assertThatThrownBy(() -> network.payee().lightning().connect("02ab", "127.0.0.1", 1))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no node id");
    assertThatThrownBy(() -> network.payee().lightning().closeChannel("00".repeat(32), true))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("there is no channel");
  }

  @Test
  void aPaymentIsNeverUnknownWhileItFails() {
    for (int i = 0; i < 5; i++) {
      Preimage preimage = new Preimage(random32());
      PaymentId id = lock(preimage.hash());
      network.payee().lightning().release(preimage.hash());
      Payment last = new Payment.Pending(id);
      while (last instanceof Payment.Pending) {
        last = network.payer().lightning().payment(id).orElseThrow();
      }
      assertThat(last).isInstanceOf(Payment.Failed.class);
    }
  }

  @Test
  void aChannelDearerThanTheWalletIsRefusedWithNumbers() {
    assertThatThrownBy(() -> network.payer().lightning()
        .openChannels(List.of(new ChannelRequest(network.router().lightning().nodeId(), 50_000, Msat.ZERO))))
        .isInstanceOf(LightningException.class).hasMessageContaining("has 0 sat and needs 50");
  }

  private PaymentId payOrdinary() {
    Invoice invoice = network.payee().lightning().invoice(AMOUNT, "ordinary", Duration.ofHours(1));
    PaymentId id = new PaymentId(random32());
    network.payer().lightning().pay(new PayRequest(id, invoice.bolt11(), MAX_FEE, PATIENCE));
    return id;
  }

  private PaymentId lock(PaymentHash hash) {
    Invoice invoice = network.payee().lightning()
        .holdInvoice(new HoldRequest(hash, AMOUNT, "a deposit", Duration.ofHours(1), FINAL_CLTV_BLOCKS));
    PaymentId id = new PaymentId(random32());
    network.payer().lightning().pay(new PayRequest(id, invoice.bolt11(), MAX_FEE, PATIENCE));
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> network.payee().events().stream()
        .anyMatch(e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(hash)));
    return id;
  }

  private Payment.Sent sent(PaymentId id) {
    return (Payment.Sent) awaitPayment(id, payment -> payment instanceof Payment.Sent);
  }

  private Payment awaitPayment(PaymentId id, Predicate<Payment> wanted) {
    return await().atMost(PATIENCE).ignoreExceptionsInstanceOf(LightningException.class)
        .until(() -> network.payer().lightning().payment(id), payment -> payment.filter(wanted).isPresent())
        .orElseThrow();
  }

  private static Msat quietBalance(LdkTestNode node) {
    await().atMost(PATIENCE).until(
        () -> node.lightning().status().channels().stream().allMatch(c -> c.usable() && c.pendingHtlcs() == 0));
    return node.lightning().status().balance();
  }

  private static byte[] random32() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
