package klatch.lightning.lnd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.log.Bytes32;
import klatch.log.Database;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our side of an LND in trouble at the worst moment, played by a server of our own: nothing is sent twice or forgotten. */
final class LndFaultsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String NODE = "02" + "ab".repeat(32);
  private static final String BOLT11 = "lnbcrt1testtesttest";
  private static final FakeLnd.Reply UNKNOWN = FakeLnd.json(404,
      "{\"error\":{\"code\":5,\"message\":\"payment isn't initiated\",\"details\":[]}}");

  @TempDir
  static Path folder;

  private static Database database;

  private FakeLnd lnd;
  private DataSource money;
  private PostgresGroupCommit commits;
  private final Preimage preimage = new Preimage(random32());

  @BeforeAll
  static void startDatabase() {
    database = Database.embedded(folder.resolve("postgres"), "");
  }

  @AfterAll
  static void stopDatabase() {
    database.close();
  }

  @BeforeEach
  void start() throws Exception {
    lnd = FakeLnd.start(folder.resolve("lnd"));
    lnd.on("/v1/getinfo", info(true)).on("/v1/invoices", FakeLnd.json(200, "{\"invoices\":[]}"))
        .on("/v1/payreq/", FakeLnd.json(200, String.format(Locale.ROOT,
            "{\"destination\":\"%s\",\"payment_hash\":\"%s\",\"num_msat\":\"1000\",\"timestamp\":\"%d\","
                + "\"expiry\":\"3600\",\"cltv_expiry\":\"40\"}",
            NODE, preimage.hash(), Instant.now().getEpochSecond())));
    money = database.withPrefix("lnd_" + preimage.hash().toString().substring(0, 12) + "_").dataSource("money");
    commits = PostgresGroupCommit.open(money, PATIENCE);
  }

  @AfterEach
  void stop() {
    commits.close();
    lnd.close();
  }

  private static final String BLOCK = "5c5e6f2b".repeat(8);

  private static FakeLnd.Reply info(boolean synced) {
    return FakeLnd.json(200, "{\"identity_pubkey\":\"" + NODE + "\",\"synced_to_chain\":" + synced
        + ",\"block_height\":120,\"block_hash\":\"" + BLOCK
        + "\",\"version\":\"0.20.0-beta\",\"chains\":[{\"network\":\"regtest\"}]}");
  }

  private LndLightning connect() {
    return LndLightning.start(lnd.config(), commits, money);
  }

  private FakeLnd.Reply succeeded() {
    return FakeLnd.json(200, String.format(Locale.ROOT,
        "{\"result\":{\"payment_hash\":\"%s\",\"payment_preimage\":\"%s\",\"status\":\"SUCCEEDED\","
            + "\"value_msat\":\"1000\",\"fee_msat\":\"7\",\"payment_index\":\"4\"}}%n",
        preimage.hash(), preimage.hex()));
  }

  private long sends() {
    return lnd.requests().stream().filter("POST /v2/router/send"::equals).count();
  }

  @Test
  void aPaymentWhoseAnswerWasLostIsSentOnceAndItsEndIsLookedUp() {
    AtomicBoolean taken = new AtomicBoolean();
    lnd.on("/v2/router/send", exchange -> taken.set(true)) // and hangs up
        .on("/v2/router/track", exchange -> (taken.get() ? succeeded() : UNKNOWN).to(exchange));
    PaymentId id = new PaymentId(random32());
    PayRequest request = new PayRequest(id, BOLT11, new Msat(10), PATIENCE);
    try (LndLightning lightning = connect()) {
      lightning.watch(_ -> {
      });
      assertThat(lightning.pay(request)).isEqualTo(new Payment.Pending(id));
      Payment sent = new Payment.Sent(id, preimage, new Msat(1_000), new Msat(7));
      await().atMost(PATIENCE).until(() -> lightning.payment(id).equals(Optional.of(sent)));
      assertThat(lightning.pay(request)).isEqualTo(sent);
    }
    assertThat(sends()).isEqualTo(1);
  }

  @Test
  void aPaymentUnderWayIsFollowedAfterARestartAndNotSentAgain() {
    lnd.on("/v2/router/send", exchange -> {
    }).on("/v2/router/track", UNKNOWN);
    PaymentId id = new PaymentId(random32());
    PayRequest request = new PayRequest(id, BOLT11, new Msat(10), PATIENCE);
    try (LndLightning lightning = connect()) {
      assertThat(lightning.pay(request)).isEqualTo(new Payment.Pending(id));
    }
    lnd.on("/v2/router/track", succeeded());
    try (LndLightning lightning = connect()) {
      lightning.watch(_ -> {
      });
      await().atMost(PATIENCE).until(() -> lightning.payment(id).orElseThrow() instanceof Payment.Sent);
    }
    assertThat(sends()).isEqualTo(1);
  }

  @Test
  void aPaymentThatNeverArrivedFailsWhenLndHasKnownNothingOfItForLong() {
    lnd.on("/v2/router/send", exchange -> {
    }).on("/v2/router/track", UNKNOWN);
    PaymentId id = new PaymentId(random32());
    LndStore.migrate(money);
    LndStore store = new LndStore(money, commits);
    try (LndRest rest = new LndRest(lnd.config());
        LndEvents events = new LndEvents(store, new ReentrantLock());
        LndPayments payments = new LndPayments(rest, store, events, Duration.ofMillis(400))) {
      events.start();
      events.watch(_ -> {
      });
      Invoice invoice = new Invoice(BOLT11, preimage.hash(), Optional.of(new Msat(1_000)), NODE, Long.MAX_VALUE, 40);
      assertThat(payments.pay(new PayRequest(id, BOLT11, new Msat(10), PATIENCE), invoice))
          .isEqualTo(new Payment.Pending(id));
      await().atMost(PATIENCE).until(() -> store.payment(id).orElseThrow() instanceof Payment.Failed failed
          && failed.reason().contains("never arrived"));
    }
    assertThat(sends()).isEqualTo(1);
  }

  @Test
  void aPaymentThatLndKnowsAlreadyIsNotSent() {
    lnd.on("/v2/router/track", succeeded());
    PaymentId id = new PaymentId(random32());
    try (LndLightning lightning = connect()) {
      assertThat(lightning.pay(new PayRequest(id, BOLT11, new Msat(10), PATIENCE)))
          .isInstanceOf(Payment.Failed.class);
    }
    assertThat(sends()).isZero();
  }

  @Test
  void aPaymentThatMustNotBeMadeLeavesNoTrace() {
    lnd.on("/v2/router/send", FakeLnd.error("permission denied")).on("/v2/router/track", UNKNOWN);
    PaymentId id = new PaymentId(random32());
    try (LndLightning lightning = connect()) {
      LightningException refused = catchThrowableOfType(LightningException.class,
          () -> lightning.pay(new PayRequest(id, BOLT11, new Msat(10), PATIENCE)));
      assertThat(refused).hasMessageContaining("does not allow /v2/router/send");
      assertThat(lightning.payment(id)).isEmpty();
    }
  }

  @Test
  void nothingIsOfferedWhileLndIsBehindTheChain() {
    lnd.on("/v1/getinfo", info(false));
    try (LndLightning lightning = connect()) {
      assertThat(refusal(lightning, preimage.hash()))
          .hasMessageContaining("still catching up with the chain (block 120")
          .matches(LightningException::retrySafe);
    }
    assertThat(lnd.requests()).noneMatch(request -> request.contains("hodl"));
  }

  @Test
  void theNewestBlockIsToldWhileLndIsInStepWithItsChain() {
    try (LndLightning lightning = connect()) {
      assertThat(lightning.newestBlock()).contains(new LndBlock(BLOCK, 120));
      lnd.on("/v1/getinfo", info(false));
      await().until(() -> lightning.newestBlock().isEmpty());
    }
  }

  @Test
  void anInvoiceThatThisNodeDidNotMakeIsNotTouched() {
    lnd.on("/v1/channels", FakeLnd.json(200,
        "{\"channels\":[{\"active\":true,\"capacity\":\"100000\",\"remote_balance\":\"90000\",\"channel_point\":\"x:0\"}]}"))
        .on("/v1/balance/channels", FakeLnd.json(200, "{}"))
        .on("/v2/invoices/lookup", FakeLnd.json(200,
            "{\"r_hash\":\"" + LndMessages.base64(preimage.hash().bytes()) + "\",\"state\":\"OPEN\"}"));
    try (LndLightning lightning = connect()) {
      assertThat(refusal(lightning, preimage.hash())).hasMessageContaining("did not make");
      lightning.release(preimage.hash());
      lightning.collect(preimage);
    }
    assertThat(lnd.requests()).noneMatch(request -> request.contains("cancel") || request.contains("settle")
        || request.startsWith("DELETE") || request.contains("hodl"));
  }

  @Test
  void anInvoiceWhoseAnswerWasLostIsFoundAgainAndOneThatNeverCameAboutIsForgotten() {
    LndStore.migrate(money);
    LndStore store = new LndStore(money, commits);
    PaymentHash made = preimage.hash();
    PaymentHash never = new Preimage(random32()).hash();
    store.put(LndStore.Row.open(made, new Msat(5_000)));
    store.put(LndStore.Row.open(never, new Msat(5_000)));
    String invoice = "{\"r_hash\":\"" + LndMessages.base64(made.bytes())
        + "\",\"state\":\"ACCEPTED\",\"add_index\":\"9\","
        + "\"htlcs\":[{\"state\":\"ACCEPTED\",\"amt_msat\":\"5000\",\"expiry_height\":300}]}";
    lnd.on("/v2/invoices/lookup", exchange -> {
      boolean known = exchange.getRequestURI().getQuery().endsWith(LndMessages.urlBase64(made.bytes()));
      FakeLnd.json(known ? 200 : 404,
          known ? invoice : "{\"code\":5,\"message\":\"unable to locate invoice\"}").to(exchange);
    }).on("/v1/invoices", FakeLnd.json(200, "{\"invoices\":[" + invoice + "]}"));
    try (LndLightning lightning = connect()) {
      lightning.watch(_ -> {
      });
      await().atMost(PATIENCE).until(() -> store.invoice(made).orElseThrow().state() == LndStore.State.HELD
          && store.invoice(never).orElseThrow().state() == LndStore.State.LAPSED);
      assertThat(lightning.held()).extracting(Lightning.HeldHtlc::hash).containsExactly(made);
    }
    assertThat(LndLightning.knows(money, made)).isTrue();
  }

  @Test
  void whereNoLndWasEverUsedNoHashIsKnown() {
    assertThat(LndLightning.knows(money, preimage.hash())).isFalse();
    connect().close();
    assertThat(LndLightning.knows(money, preimage.hash())).isFalse();
  }

  @Test
  void anLndThatIsLockedAtTheStartOrLaterSaysSo() {
    lnd.on("/v1/getinfo", FakeLnd.error("wallet locked, unlock it to enable full RPC access"));
    assertThat(catchThrowableOfType(LightningException.class, this::connect)).hasMessageContaining("lncli unlock")
        .matches(LightningException::retrySafe);
    lnd.on("/v1/getinfo", info(true));
    try (LndLightning lightning = connect()) {
      lnd.on("/v1/getinfo", FakeLnd.error("wallet locked, unlock it to enable full RPC access"));
      assertThat(catchThrowableOfType(LightningException.class, lightning::status))
          .hasMessageContaining("lncli unlock");
    }
  }

  private static LightningException refusal(LndLightning lightning, PaymentHash hash) {
    LightningException refused = catchThrowableOfType(LightningException.class,
        () -> lightning.holdInvoice(new HoldRequest(hash, new Msat(5_000), "x", Duration.ofHours(1), 144)));
    assertThat(refused).isNotNull();
    return refused;
  }

  private static byte[] random32() {
    byte[] bytes = new byte[Bytes32.LENGTH];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
