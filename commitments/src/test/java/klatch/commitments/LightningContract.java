package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import klatch.log.Bytes32;

/**
 * What every adapter behind {@link Lightning} does. A subclass builds the {@link Stage}; it is built once for all tests,
 * so no test assumes fresh balances.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LightningContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Msat AMOUNT = Msat.ofSat(2_000);
  private static final Msat MAX_FEE = Msat.ofSat(20);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Two nodes and a path between them with room for at least 100,000 sat both ways; neither is watched yet. */
  public interface Stage extends AutoCloseable {
    Lightning payer();

    Lightning payee();

    /** Stops the payee's node and starts it again from what it has stored; not watched yet. */
    Lightning restartPayee();

    /** Ends the payee's node as a crash would, and starts it again; not watched yet. */
    Lightning killPayee();

    /** Stops the payer's node and starts it again; not watched yet. */
    Lightning restartPayer();

    /** Mines one block and returns once both nodes have reached it. */
    void mineBlock();

    @Override
    void close();
  }

  private Stage stage = new NoStage();
  private final List<LightningEvent> payerEvents = new CopyOnWriteArrayList<>();
  private final List<LightningEvent> payeeEvents = new CopyOnWriteArrayList<>();

  protected abstract Stage stage() throws Exception;

  /** Every event that the payee's node has told; whoever starts it again has it watched by {@code payeeEvents()::add}. */
  protected final List<LightningEvent> payeeEvents() {
    return payeeEvents;
  }

  @BeforeAll
  void raiseTheCurtain() throws Exception {
    stage = stage();
    stage.payer().watch(payerEvents::add);
    stage.payee().watch(payeeEvents::add);
  }

  @AfterAll
  void dropTheCurtain() {
    stage.close();
  }

  @Test
  void aReleasedHoldGivesThePayerEverythingBack() {
    Msat before = quietBalance(stage.payer());
    Preimage preimage = newPreimage();
    PaymentId id = lock(preimage.hash());

    stage.payee().release(preimage.hash());

    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(id) && f.released());
    await().atMost(PATIENCE).until(() -> heldOn(preimage.hash()).isEmpty());
    assertThat(stage.payer().payment(id)).get().isInstanceOf(Payment.Failed.class);
    await().atMost(PATIENCE).until(() -> quietBalance(stage.payer()).equals(before));
  }

  @Test
  void aHoldReportsItsRealExpiryAndStaysPendingForThePayer() {
    Preimage preimage = newPreimage();
    int height = stage.payee().status().height();
    PaymentId id = lock(preimage.hash());

    Lightning.HeldHtlc held = heldOn(preimage.hash()).orElseThrow();
    assertThat(held.amount()).isEqualTo(AMOUNT);
    assertThat(held.expiryHeight()).isGreaterThanOrEqualTo(height + 144);
    assertThat(payeeEvents)
        .contains(new LightningEvent.HtlcHeld(preimage.hash(), AMOUNT, held.expiryHeight()));
    assertThat(stage.payer().payment(id)).contains(new Payment.Pending(id));
    stage.payee().release(preimage.hash());
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(id));
  }

  @Test
  void aCollectedHoldMovesExactlyTheAmountAndShowsThePreimage() {
    Msat payerBefore = quietBalance(stage.payer());
    Msat payeeBefore = quietBalance(stage.payee());
    Preimage preimage = newPreimage();
    PaymentId id = lock(preimage.hash());

    stage.payee().collect(preimage);

    awaitEvent(payeeEvents, e -> e.equals(new LightningEvent.HtlcCollected(preimage.hash(), AMOUNT)));
    Payment.Sent sent = awaitSent(id);
    assertThat(sent.preimage()).isEqualTo(preimage);
    assertThat(sent.amount()).isEqualTo(AMOUNT);
    await().atMost(PATIENCE).until(() -> quietBalance(stage.payee()).equals(payeeBefore.plus(AMOUNT)));
    await().atMost(PATIENCE)
        .until(() -> quietBalance(stage.payer()).equals(payerBefore.minus(AMOUNT).minus(sent.fee())));
  }

  @Test
  void releaseAndCollectMayBeAskedForTwiceAndForNothing() {
    Preimage unknown = newPreimage();
    stage.payee().release(unknown.hash());
    stage.payee().collect(unknown);

    Preimage released = newPreimage();
    PaymentId first = lock(released.hash());
    stage.payee().release(released.hash());
    stage.payee().release(released.hash());
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(first));
    stage.payee().collect(released);
    assertThat(stage.payer().payment(first)).get().isInstanceOf(Payment.Failed.class);

    Preimage collected = newPreimage();
    PaymentId second = lock(collected.hash());
    stage.payee().collect(collected);
    stage.payee().collect(collected);
    awaitSent(second);
    stage.payee().release(collected.hash());
    assertThat(stage.payer().payment(second)).get().isInstanceOf(Payment.Sent.class);
  }

  @Test
  void payingTwiceUnderOneIdPaysOnce() {
    Msat before = quietBalance(stage.payee());
    Invoice invoice = stage.payee().invoice(AMOUNT, "once", Duration.ofHours(1));
    PaymentId id = newPaymentId();
    stage.payer().pay(request(id, invoice));
    Payment.Sent sent = awaitSent(id);

    assertThat(stage.payer().pay(request(id, invoice))).isEqualTo(sent);
    assertThat(sent.preimage().hash()).isEqualTo(invoice.hash());
    awaitEvent(payeeEvents, e -> e.equals(new LightningEvent.HtlcCollected(invoice.hash(), AMOUNT)));
    await().atMost(PATIENCE).until(() -> quietBalance(stage.payee()).equals(before.plus(AMOUNT)));
  }

  @Test
  void aSecondPaymentOnAHeldHashIsRefusedAndTheFirstStaysHeld() {
    Preimage preimage = newPreimage();
    PaymentId first = lock(preimage.hash());
    PaymentId second = newPaymentId();
    stage.payer().pay(request(second, hold(preimage.hash(), Duration.ofHours(1))));

    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(second));
    assertThat(heldOn(preimage.hash())).get().extracting(Lightning.HeldHtlc::amount).isEqualTo(AMOUNT);
    assertThat(stage.payer().payment(first)).contains(new Payment.Pending(first));
    stage.payee().release(preimage.hash());
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(first));
  }

  @Test
  void anInvoiceReadsBackAsItWasMade() {
    PaymentHash hash = newPreimage().hash();
    Invoice invoice = stage.payee()
        .holdInvoice(new HoldRequest(hash, AMOUNT, "a deposit", Duration.ofHours(2), Lightning.MAX_FINAL_CLTV_BLOCKS));

    Invoice read = stage.payer().decode(invoice.bolt11());
    assertThat(read).isEqualTo(invoice);
    assertThat(read.hash()).isEqualTo(hash);
    assertThat(read.amount()).contains(AMOUNT);
    assertThat(read.payee()).isEqualTo(stage.payee().status().nodeId());
    assertThat(read.finalCltvBlocks()).isBetween(Lightning.MAX_FINAL_CLTV_BLOCKS,
        Lightning.MAX_FINAL_CLTV_BLOCKS + 3);
    long lifeSeconds = read.expiresAtEpochSecond() - Instant.now().getEpochSecond();
    assertThat(lifeSeconds).isBetween(7_100L, 7_201L);
  }

  @Test
  void anInvoiceThatIsNoneOrWasChangedIsRefused() {
    String good = hold(newPreimage().hash(), Duration.ofHours(1)).bolt11();
    char last = good.charAt(good.length() - 1) == 'q' ? 'p' : 'q';
    for (String bad : List.of("", "lnbcrt", "hello", good.substring(0, good.length() - 9),
        good.substring(0, good.length() - 1) + last)) {
      assertThatThrownBy(() -> stage.payer().decode(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anExpiredInvoiceIsNotPaid() {
    Invoice invoice = hold(newPreimage().hash(), Duration.ofSeconds(1));
    await().atMost(PATIENCE).until(() -> Instant.now().getEpochSecond() > invoice.expiresAtEpochSecond());
    PaymentId id = newPaymentId();
    stage.payer().pay(request(id, invoice));
    await().atMost(PATIENCE).until(() -> stage.payer().payment(id).orElse(null) instanceof Payment.Failed);
    assertThat(heldOn(invoice.hash())).isEmpty();
  }

  @Test
  void theQuotedFeeIsTheFeePaid() {
    Invoice invoice = stage.payee().invoice(AMOUNT, "quoted", Duration.ofHours(1));
    Msat quoted = stage.payer().quoteFee(invoice).orElseThrow();
    PaymentId id = newPaymentId();
    stage.payer().pay(new PayRequest(id, invoice.bolt11(), quoted, PATIENCE));
    assertThat(awaitSent(id).fee()).isEqualTo(quoted);
  }

  @Test
  void aPaymentThatWouldCostMoreThanAllowedFails() {
    Invoice invoice = stage.payee().invoice(AMOUNT, "dear", Duration.ofHours(1));
    Msat quoted = stage.payer().quoteFee(invoice).orElseThrow();
    if (quoted.equals(Msat.ZERO)) {
      return; // A direct channel costs nothing: there is no smaller fee to allow.
    }
    PaymentId id = newPaymentId();
    stage.payer().pay(new PayRequest(id, invoice.bolt11(), quoted.minus(new Msat(1)), Duration.ofSeconds(5)));
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(id) && !f.released());
  }

  @Test
  void anEventComesAgainUntilItsListenerReturns() {
    Preimage preimage = newPreimage();
    Lightning restarted = stage.restartPayee();
    AtomicInteger refused = new AtomicInteger();
    restarted.watch(event -> {
      if (event instanceof LightningEvent.HtlcHeld held && held.hash().equals(preimage.hash())
          && refused.getAndIncrement() < 2) {
        throw new IllegalStateException("not now");
      }
      payeeEvents.add(event);
    });
    PaymentId id = lock(preimage.hash());
    assertThat(refused.get()).isGreaterThanOrEqualTo(3);
    stage.payee().release(preimage.hash());
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(id));
  }

  @Test
  void aHoldOutlivesTheNodesProcess() {
    Preimage preimage = newPreimage();
    PaymentId id = lock(preimage.hash());
    Lightning restarted = stage.restartPayee();
    restarted.watch(payeeEvents::add);

    await().atMost(PATIENCE).until(() -> heldOn(preimage.hash()).isPresent());
    restarted.collect(preimage);
    assertThat(awaitSent(id).preimage()).isEqualTo(preimage);
  }

  @Test
  void aHoldOutlivesAKillOfItsNode() {
    Msat before = quietBalance(stage.payer());
    Preimage preimage = newPreimage();
    PaymentId id = lock(preimage.hash());
    Lightning again = stage.killPayee();
    again.watch(payeeEvents::add);

    await().atMost(PATIENCE).until(() -> heldOn(preimage.hash()).isPresent());
    again.release(preimage.hash());
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(id) && f.released());
    await().atMost(PATIENCE).until(() -> quietBalance(stage.payer()).equals(before));
  }

  @Test
  void aPaymentOutlivesThePayersProcess() {
    Preimage preimage = newPreimage();
    PaymentId id = lock(preimage.hash());
    Lightning restarted = stage.restartPayer();
    restarted.watch(payerEvents::add);

    assertThat(restarted.payment(id)).contains(new Payment.Pending(id));
    stage.payee().collect(preimage);
    assertThat(awaitSent(id).preimage()).isEqualTo(preimage);
  }

  @Test
  void anInvoiceThatIsPaidIsNotPaidAgain() {
    Invoice invoice = stage.payee().invoice(AMOUNT, "paid once", Duration.ofHours(1));
    PaymentId first = newPaymentId();
    stage.payer().pay(request(first, invoice));
    awaitSent(first);
    Msat after = quietBalance(stage.payer());

    PaymentId second = newPaymentId();
    stage.payer().pay(request(second, invoice));
    await().atMost(PATIENCE).until(() -> stage.payer().payment(second).orElse(null) instanceof Payment.Failed);
    assertThat(stage.payer().payment(first)).get().isInstanceOf(Payment.Sent.class);
    assertThat(quietBalance(stage.payer())).isEqualTo(after);
  }

  @Test
  void amountsAreExactToTheMillisatoshi() {
    for (Msat amount : List.of(AMOUNT.minus(new Msat(1)), AMOUNT.plus(new Msat(1)))) {
      Preimage preimage = newPreimage();
      PaymentId id = newPaymentId();
      stage.payer().pay(request(id, stage.payee()
          .holdInvoice(new HoldRequest(preimage.hash(), amount, "an odd deposit", Duration.ofHours(1), 144))));
      awaitEvent(payeeEvents, e -> e instanceof LightningEvent.HtlcHeld h && h.hash().equals(preimage.hash())
          && h.amount().equals(amount));
      stage.payee().collect(preimage);
      assertThat(awaitSent(id).amount()).isEqualTo(amount);
      awaitEvent(payeeEvents, e -> e.equals(new LightningEvent.HtlcCollected(preimage.hash(), amount)));
    }
  }

  @Test
  void aHashIsOfferedAgainAfterItsInvoiceExpiredAndAfterItsDepositWasReleased() {
    Preimage preimage = newPreimage();
    Invoice expired = hold(preimage.hash(), Duration.ofSeconds(1));
    await().atMost(PATIENCE).until(() -> Instant.now().getEpochSecond() > expired.expiresAtEpochSecond());

    PaymentId first = lock(preimage.hash());
    stage.payee().release(preimage.hash());
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(first));
    await().atMost(PATIENCE).until(() -> heldOn(preimage.hash()).isEmpty());

    PaymentId second = newPaymentId();
    stage.payer().pay(request(second, hold(preimage.hash(), Duration.ofHours(1))));
    await().atMost(PATIENCE).until(() -> heldOn(preimage.hash()).isPresent());
    stage.payee().collect(preimage);
    awaitSent(second);
    assertThat(stage.payer().payment(first)).get().isInstanceOf(Payment.Failed.class);
  }

  @Test
  void manyAreHeldAtOnceAndEachIsDecidedByItself() {
    Msat before = quietBalance(stage.payee());
    List<Preimage> preimages = Stream.generate(LightningContract::newPreimage).limit(20).toList();
    List<PaymentId> ids = preimages.stream().map(preimage -> {
      PaymentId id = newPaymentId();
      stage.payer().pay(request(id, hold(preimage.hash(), Duration.ofHours(1))));
      return id;
    }).toList();
    List<PaymentHash> hashes = preimages.stream().map(Preimage::hash).toList();
    await().atMost(PATIENCE).until(
        () -> stage.payee().held().stream().map(Lightning.HeldHtlc::hash).toList().containsAll(hashes));

    for (int i = 0; i < preimages.size(); i++) {
      if (i % 2 == 0) {
        stage.payee().collect(preimages.get(i));
      } else {
        stage.payee().release(hashes.get(i));
      }
    }
    for (int i = 0; i < ids.size(); i++) {
      PaymentId id = ids.get(i);
      Class<?> end = i % 2 == 0 ? Payment.Sent.class : Payment.Failed.class;
      await().atMost(PATIENCE).until(() -> end.isInstance(stage.payer().payment(id).orElseThrow()));
    }
    Msat collected = new Msat(AMOUNT.value() * preimages.size() / 2);
    await().atMost(PATIENCE).until(() -> quietBalance(stage.payee()).equals(before.plus(collected)));
  }

  @Test
  void aHoldLeftAloneIsGivenBackBeforeItExpires() {
    Preimage preimage = newPreimage();
    PaymentId id = newPaymentId();
    Invoice invoice = stage.payee().holdInvoice(new HoldRequest(preimage.hash(), AMOUNT, "left alone",
        Duration.ofHours(1), 60));
    stage.payer().pay(request(id, invoice));
    awaitEvent(payeeEvents, e -> e instanceof LightningEvent.HtlcHeld h && h.hash().equals(preimage.hash()));
    int expiry = heldOn(preimage.hash()).orElseThrow().expiryHeight();

    while (stage.payee().status().height() < expiry - 12 && heldOn(preimage.hash()).isPresent()) {
      stage.mineBlock();
    }

    awaitEvent(payeeEvents, e -> e instanceof LightningEvent.HtlcLost l && l.hash().equals(preimage.hash()));
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentFailed f && f.id().equals(id));
    int reached = stage.payee().status().height();
    assertThat(payeeEvents).contains(new LightningEvent.BlockReached(reached));
    assertThat(expiry).isGreaterThan(reached);
  }

  private PaymentId lock(PaymentHash hash) {
    PaymentId id = newPaymentId();
    stage.payer().pay(request(id, hold(hash, Duration.ofHours(1))));
    awaitEvent(payeeEvents, e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(hash));
    return id;
  }

  private Invoice hold(PaymentHash hash, Duration expiry) {
    return stage.payee().holdInvoice(new HoldRequest(hash, AMOUNT, "a deposit", expiry, 144));
  }

  private static PayRequest request(PaymentId id, Invoice invoice) {
    return new PayRequest(id, invoice.bolt11(), MAX_FEE, PATIENCE);
  }

  private Optional<Lightning.HeldHtlc> heldOn(PaymentHash hash) {
    return stage.payee().held().stream().filter(h -> h.hash().equals(hash)).findFirst();
  }

  private Payment.Sent awaitSent(PaymentId id) {
    awaitEvent(payerEvents, e -> e instanceof LightningEvent.PaymentSent s && s.id().equals(id));
    return (Payment.Sent) stage.payer().payment(id).orElseThrow();
  }

  private static void awaitEvent(List<LightningEvent> events, Predicate<LightningEvent> wanted) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> events.stream().anyMatch(wanted));
  }

  private static Msat quietBalance(Lightning node) {
    await().atMost(PATIENCE)
        .until(() -> node.status().channels().stream().allMatch(c -> c.usable() && c.pendingHtlcs() == 0));
    return node.status().balance();
  }

  private static Preimage newPreimage() {
    return new Preimage(random32());
  }

  private static PaymentId newPaymentId() {
    return new PaymentId(random32());
  }

  private static byte[] random32() {
    byte[] bytes = new byte[Bytes32.LENGTH];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** Before the curtain is up. */
  private static final class NoStage implements Stage {
    @Override
    public Lightning payer() {
      throw new IllegalStateException("the stage is not built");
    }

    @Override
    public Lightning payee() {
      throw new IllegalStateException("the stage is not built");
    }

    @Override
    public Lightning restartPayee() {
      throw new IllegalStateException("the stage is not built");
    }

    @Override
    public Lightning killPayee() {
      throw new IllegalStateException("the stage is not built");
    }

    @Override
    public Lightning restartPayer() {
      throw new IllegalStateException("the stage is not built");
    }

    @Override
    public void mineBlock() {
      throw new IllegalStateException("the stage is not built");
    }

    @Override
    public void close() {
      // Nothing was built.
    }
  }
}
