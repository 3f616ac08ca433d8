package klatch.lightning.lnd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.LightningContract;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.Network;
import klatch.lightning.lnd.LndDoctor.Finding;
import klatch.lightning.lnd.LndDoctor.Verdict;
import klatch.log.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The port's contract on real LNDs, with a macaroon that allows nothing but what is needed; and what is peculiar to an LND:
 * that it goes on without us, belongs to somebody, and has an operator.
 */
final class LndLightningContractIT extends LightningContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Msat AMOUNT = Msat.ofSat(3_000);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  static Path directory;

  @SuppressWarnings("NullAway.Init") // The base class asks for the stage before any test.
  private LndTestNetwork network;

  @Override
  protected Stage stage() {
    network = new LndTestNetwork(directory.resolve("postgres"));
    return new Stage() {
      @Override
      public Lightning payer() {
        return network.payer().lightning();
      }

      @Override
      public Lightning payee() {
        return network.payee().lightning();
      }

      @Override
      public Lightning restartPayee() {
        return network.payee().restart();
      }

      @Override
      public Lightning killPayee() {
        network.payee().stop();
        network.payee().killLnd();
        Lightning again = network.payee().start();
        network.awaitUsable();
        return again;
      }

      @Override
      public Lightning restartPayer() {
        return network.payer().restart();
      }

      @Override
      public void mineBlock() {
        network.mineBlock();
      }

      @Override
      public void close() {
        network.close();
      }
    };
  }

  @Test
  void whatLndGaveBackWhileOurSideWasAwayIsToldWhenItReturns() {
    PaymentHash hash = preimage().hash();
    Invoice invoice = network.payee().lightning()
        .holdInvoice(new HoldRequest(hash, AMOUNT, "left alone", Duration.ofHours(1), 40));
    pay(invoice);
    awaitTold(e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(hash));
    int expiry = network.payee().lightning().held().stream().filter(held -> held.hash().equals(hash)).findFirst()
        .orElseThrow().expiryHeight();
    network.payee().stop();

    int blocksLeft = expiry - network.payee().node().member().height();
    while (blocksLeft > 1 && !state(hash).equals("CANCELED")) {
      network.mineBlock();
      blocksLeft--;
    }
    // LND 0.20: 12 before; it acts a moment after the block, so one more may have been mined.
    assertThat(blocksLeft).isBetween(10, 13);

    network.payee().start().watch(payeeEvents()::add);
    awaitTold(e -> e instanceof LightningEvent.HtlcLost lost && lost.hash().equals(hash));
  }

  @Test
  void aDepositThatCameWhileOurSideWasAwayIsToldWhenItReturns() {
    PaymentHash hash = preimage().hash();
    Invoice invoice = offer(hash);
    network.payee().stop();
    pay(invoice);
    await().atMost(PATIENCE).until(() -> state(hash).equals("ACCEPTED"));

    network.payee().start().watch(payeeEvents()::add);
    awaitTold(e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(hash));
    network.payee().lightning().release(hash);
    await().atMost(PATIENCE).until(() -> state(hash).equals("CANCELED"));
  }

  @Test
  void aSubscriptionThatBrokeWithLndIsTakenUpAgain() {
    Preimage held = preimage();
    Invoice later = offer(preimage().hash());
    pay(offer(held.hash()));
    awaitTold(e -> e instanceof LightningEvent.HtlcHeld h && h.hash().equals(held.hash()));

    network.payee().node().kill();
    LightningException refused = catchThrowableOfType(LightningException.class,
        () -> network.payee().lightning().release(held.hash()));
    assertThat(refused).hasMessageContaining("is it running").matches(LightningException::retrySafe);
    assertThat(catchThrowableOfType(LightningException.class, network.payee().lightning()::held)).isNotNull();
    network.payee().node().startAgain();
    network.awaitUsable();

    network.payee().lightning().collect(held);
    awaitTold(e -> e.equals(new LightningEvent.HtlcCollected(held.hash(), AMOUNT)));
    pay(later);
    awaitTold(e -> e instanceof LightningEvent.HtlcHeld h && h.hash().equals(later.hash()));
    network.payee().lightning().release(later.hash());
    await().atMost(PATIENCE).until(() -> state(later.hash()).equals("CANCELED"));
  }

  @Test
  void aHoldThatItsOperatorCancelsIsToldAsLost() {
    PaymentHash hash = preimage().hash();
    pay(offer(hash));
    awaitTold(e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(hash));
    network.payee().node().lncli(List.of("cancelinvoice", hash.toString()));
    awaitTold(e -> e instanceof LightningEvent.HtlcLost lost && lost.hash().equals(hash));
    assertThat(network.payee().lightning().held()).noneMatch(held -> held.hash().equals(hash));
  }

  @Test
  void aReleaseOfWhatNobodyHasPaidLeavesTheOfferStanding() {
    Preimage preimage = preimage();
    Invoice invoice = offer(preimage.hash());
    network.payee().lightning().release(preimage.hash());
    network.payee().lightning().collect(preimage);
    assertThat(state(preimage.hash())).isEqualTo("OPEN");
    assertThat(offer(preimage.hash()).bolt11()).isEqualTo(invoice.bolt11());
  }

  @Test
  void aWalletThatPaysLessReachesNobodyAndTheOfferStands() {
    Invoice invoice = offer(preimage().hash());
    try (LndStream updates = network.payer().payAnotherAmount(invoice.bolt11(), AMOUNT.minus(new Msat(1)))) {
      assertThat(end(updates).path("failure_reason").asText()).isEqualTo("FAILURE_REASON_INCORRECT_PAYMENT_DETAILS");
    }
    assertThat(state(invoice.hash())).isEqualTo("OPEN");
    pay(invoice);
    awaitTold(e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(invoice.hash()));
    assertThat(payeeEvents()).filteredOn(e -> e instanceof LightningEvent.HtlcHeld held
        && held.hash().equals(invoice.hash())).allMatch(e -> ((LightningEvent.HtlcHeld) e).amount().equals(AMOUNT));
    network.payee().lightning().release(invoice.hash());
  }

  @Test
  void aWalletThatPaysMoreIsToldWithItsAmountAndAfterTheReleaseTheSameHashIsOfferedAnew() {
    PaymentHash hash = preimage().hash();
    Invoice invoice = offer(hash);
    Msat more = AMOUNT.plus(new Msat(1_234));
    Invoice renewed;
    try (LndStream updates = network.payer().payAnotherAmount(invoice.bolt11(), more)) {
      awaitTold(
          e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(hash) && held.amount().equals(more));
      network.payee().lightning().release(hash);
      renewed = offer(hash);
      assertThat(end(updates).path("status").asText()).isEqualTo("FAILED");
    }
    assertThat(renewed.bolt11()).isNotEqualTo(invoice.bolt11());
    pay(renewed);
    awaitTold(
        e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(hash) && held.amount().equals(AMOUNT));
    network.payee().lightning().release(hash);
    await().atMost(PATIENCE).until(() -> state(hash).equals("CANCELED"));
  }

  /** What became of a payment. */
  private static JsonNode end(LndStream updates) {
    JsonNode last = updates.next().orElseThrow();
    while (last.path("status").asText().equals("IN_FLIGHT")) {
      last = updates.next().orElseThrow();
    }
    return last;
  }

  @Test
  void moreThanTheChannelsCanReceiveIsRefusedWithTheNumbers() {
    LightningException refused = catchThrowableOfType(LightningException.class, () -> network.payee().lightning()
        .holdInvoice(new HoldRequest(preimage().hash(), Msat.ofSat(5_000_000), "too much", Duration.ofHours(1), 144)));
    assertThat(refused).hasMessageContaining("5000000 sat are wanted").hasMessageContaining("inbound liquidity");
    assertThat(trouble(refused)).isInstanceOf(LndTrouble.OutOfInbound.class);
  }

  @Test
  void anotherLndThanTheOneWhereDepositsLieIsRefused() {
    network.payee().stop();
    LightningException refused = catchThrowableOfType(LightningException.class,
        () -> network.payee().startWith(network.payer().config()));
    network.payee().start().watch(payeeEvents()::add);
    assertThat(trouble(refused)).isEqualTo(
        new LndTrouble.AnotherNode(network.payee().node().nodeId(), network.payer().node().nodeId()));
  }

  @Test
  void theDoctorFindsNothingAmissWithTheMacaroonThatTheManualBakes() {
    List<Finding> findings = LndDoctor.examine(network.payee().config());
    assertThat(findings).allMatch(finding -> finding.verdict() == Verdict.GOOD);
    assertThat(findings).extracting(Finding::what).containsExactly("certificate", "node", "version", "network", "chain",
        "macaroon", "channels", "inbound");
  }

  @Test
  void theDoctorNamesWhatIsAmissAndWhatToDo() throws IOException {
    var node = network.payee().node();
    Path small = directory.resolve("small.macaroon");
    node.lncli(List.of("bakemacaroon", "--save_to", small.toString(), LndPermission.GET_INFO.uri(),
        LndPermission.ADD_HOLD_INVOICE.uri()));
    assertThat(finding("macaroon", node.config(small))).matches(found -> found.verdict() == Verdict.BAD).extracting(
        Finding::words).asString().contains(LndPermission.SEND_PAYMENT.uri(), LndPermission.SUBSCRIBE_INVOICE.uri())
        .doesNotContain(LndPermission.ADD_HOLD_INVOICE.uri());

    assertThat(finding("macaroon", node.config(node.adminMacaroon()))).isEqualTo(new Finding(Verdict.DOUBTFUL,
        "macaroon", "it may do everything, even spend your coins: bake a smaller one"));

    byte[] forged = Files.readAllBytes(node.adminMacaroon());
    forged[forged.length - 1] ^= 1;
    Path wrong = Files.write(directory.resolve("wrong.macaroon"), forged);
    assertThat(finding("macaroon", node.config(wrong))).matches(found -> found.verdict() == Verdict.BAD)
        .extracting(Finding::words).asString().contains("lncli bakemacaroon");
    assertThat(finding("macaroon", new LndConfig(node.restAddress(), node.certificate(),
        network.payer().node().adminMacaroon(), Network.REGTEST)).verdict()).isEqualTo(Verdict.BAD);

    assertThat(finding("certificate", new LndConfig(node.restAddress(), network.payer().node().certificate(), small,
        Network.REGTEST))).matches(found -> found.verdict() == Verdict.BAD).extracting(Finding::words).asString()
        .contains("another certificate");
    assertThat(finding("network", new LndConfig(node.restAddress(), node.certificate(), small, Network.SIGNET)).words())
        .contains("LND runs on regtest");
  }

  private static Finding finding(String what, LndConfig config) {
    return LndDoctor.examine(config).stream().filter(finding -> finding.what().equals(what)).findFirst().orElseThrow();
  }

  private Invoice offer(PaymentHash hash) {
    return network.payee().lightning()
        .holdInvoice(new HoldRequest(hash, AMOUNT, "a deposit", Duration.ofHours(1), 144));
  }

  private void pay(Invoice invoice) {
    network.payer().lightning()
        .pay(new PayRequest(new PaymentId(random32()), invoice.bolt11(), Msat.ofSat(20), PATIENCE));
  }

  /** How LND itself has the invoice. */
  private String state(PaymentHash hash) {
    JsonNode invoice = network.payee().node().admin()
        .get("/v2/invoices/lookup?payment_hash=" + LndMessages.urlBase64(hash.bytes()));
    return invoice.path("state").asText();
  }

  private void awaitTold(Predicate<LightningEvent> wanted) {
    await().atMost(PATIENCE).until(() -> payeeEvents().stream().anyMatch(wanted));
  }

  private static LndTrouble trouble(LightningException failure) {
    if (failure.getCause() instanceof LndException known) {
      return known.trouble();
    }
    throw new AssertionError("no trouble of LND's", failure);
  }

  private static Preimage preimage() {
    return new Preimage(random32());
  }

  private static byte[] random32() {
    byte[] bytes = new byte[Bytes32.LENGTH];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
