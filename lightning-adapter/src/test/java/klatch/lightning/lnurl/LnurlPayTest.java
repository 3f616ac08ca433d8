package klatch.lightning.lnurl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import klatch.commitments.Msat;
import klatch.commitments.PayAddresses.Fetched;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A wallet's service as the LUD texts describe it, then every way in which it can be something else. */
@Timeout(30)
final class LnurlPayTest {
  private static final Msat DUE = new Msat(4_990_000);
  private static final String METADATA = "[[\"text/plain\",\"Für Anna\"],[\"text/identifier\",\"anna@127.0.0.1\"]]";
  private static final WebAsker.Limits QUICK = new WebAsker.Limits(Duration.ofMillis(300), Duration.ofMillis(600),
      4_096);

  private final AtomicLong now = new AtomicLong(1_800_000_000_000L);
  private final InMemoryNetwork network = new InMemoryNetwork(() -> Instant.ofEpochMilli(now.get()), 1);
  private final InMemoryLightning wallet = network.open("wallet", Msat.ofSat(1_000_000), Msat.ofSat(500_000),
      InMemoryLightning.Delivery.BY_HAND);
  private final List<TestService> services = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (TestService service : services) {
      service.close();
    }
  }

  private TestService service(TestService.Answers answers) {
    TestService service = TestService.start(answers);
    services.add(service);
    return service;
  }

  private LnurlPay pay() {
    return pay(QUICK, InetAddress::getAllByName);
  }

  private LnurlPay pay(WebAsker.Limits limits, WebAsker.Names names) {
    WebRules rules = new WebRules(true);
    return new LnurlPay(rules,
        new WebAsker(rules, names, (SSLSocketFactory) SSLSocketFactory.getDefault(), limits), wallet::decode,
        () -> Instant.ofEpochMilli(now.get()));
  }

  /** What a good service says first, as JSON with its port filled in. */
  private static String offer(String callback) {
    return "{\"tag\":\"payRequest\",\"callback\":\"" + callback + "\",\"minSendable\":1000,\"maxSendable\":100000000,"
        + "\"metadata\":\"" + METADATA.replace("\"", "\\\"") + "\",\"commentAllowed\":0}";
  }

  private String invoice(Msat amount, Duration expiry, String hash) {
    return wallet.walletInvoice(amount, expiry, 40, hash, Msat.ZERO).bolt11();
  }

  private String good() {
    return invoice(DUE, Duration.ofHours(1), sha256(METADATA));
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** A good service, but for what these two change. */
  private Fetched fetched(UnaryOperator<String> offers, UnaryOperator<String> invoices) {
    AtomicInteger port = new AtomicInteger();
    TestService service = service(target -> target.startsWith("/.well-known/")
        ? TestService.ok(offers.apply(offer("http://127.0.0.1:" + port.get() + "/cb?id=7")))
        : TestService.ok(invoices.apply("{\"pr\":\"" + good() + "\",\"routes\":[]}")));
    port.set(service.port());
    return pay().fetch("anna@127.0.0.1:" + service.port(), DUE);
  }

  private Fetched offering(UnaryOperator<String> offers) {
    return fetched(offers, invoice -> invoice);
  }

  private Fetched invoicing(String bolt11) {
    AtomicInteger port = new AtomicInteger();
    TestService service = service(target -> target.startsWith("/.well-known/")
        ? TestService.ok(offer("http://127.0.0.1:" + port.get() + "/cb"))
        : TestService.ok("{\"pr\":\"" + bolt11 + "\",\"routes\":[]}"));
    port.set(service.port());
    return pay().fetch("anna@127.0.0.1:" + service.port(), DUE);
  }

  @Test
  void anAddressGivesAnInvoiceOfExactlyTheAmountForWhatItDescribes() {
    AtomicInteger port = new AtomicInteger();
    String bolt11 = good();
    TestService service = service(target -> switch (target) {
      case "/.well-known/lnurlp/anna" -> TestService.ok(offer("http://127.0.0.1:" + port.get() + "/cb?id=7"));
      case "/cb?id=7&amount=4990000" -> TestService.ok("{\"pr\":\"" + bolt11 + "\",\"routes\":[]}");
      default -> TestService.ok("{\"status\":\"ERROR\",\"reason\":\"what is " + target + "\"}");
    });
    port.set(service.port());
    String address = "Anna@127.0.0.1:" + service.port();
    assertThat(pay().checked(address)).isEqualTo("anna@127.0.0.1:" + service.port());
    assertThat(pay().fetch(address, DUE)).isEqualTo(new Fetched.Invoice(bolt11));
    assertThat(service.asked()).containsExactly(
        "127.0.0.1:" + service.port() + " GET /.well-known/lnurlp/anna HTTP/1.1",
        "127.0.0.1:" + service.port() + " GET /cb?id=7&amount=4990000 HTTP/1.1");
    assertThat(pay().fetch("lnurlp://127.0.0.1:" + service.port() + "/.well-known/lnurlp/anna", DUE))
        .isEqualTo(new Fetched.Invoice(bolt11));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1})
  void anInvoiceThatIsOneMillisatoshiOffIsRefusedWithBoth(long difference) {
    Msat asked = new Msat(DUE.value() + difference);
    assertThat(invoicing(invoice(asked, Duration.ofHours(1), sha256(METADATA)))).isEqualTo(
        new Fetched.Refused("the service's invoice asks for " + asked + ", the payout is " + DUE));
  }

  @Test
  void anInvoiceForSomethingElseIsRefused() {
    for (String hash : List.of("", sha256("[]"))) {
      assertThat(invoicing(invoice(DUE, Duration.ofHours(1), hash)))
          .isEqualTo(new Fetched.Refused("the service's invoice is not for what the service describes"));
    }
  }

  @Test
  void anExpiredInvoiceIsRefusedWithTheTimes() {
    assertThat(invoicing(invoice(DUE, Duration.ZERO, sha256(METADATA)))).isEqualTo(new Fetched.Refused(
        "the service's invoice expired at 1800000000, it is 1800000000 (seconds since 1970)"));
    assertThat(invoicing("lnbc1nonsense"))
        .isEqualTo(new Fetched.Refused("the service gives no good invoice: not an invoice"));
  }

  @Test
  void whatTheServiceDoesNotTakeIsSaidWithItsBounds() {
    assertThat(offering(offer -> offer.replace("100000000", "4989999"))).isEqualTo(
        new Fetched.Refused("the service takes 1000..4989999 msat, the payout is 4990000 msat"));
    assertThat(offering(offer -> offer.replace("\"minSendable\":1000", "\"minSendable\":4990001"))).isEqualTo(
        new Fetched.Refused("the service takes 4990001..100000000 msat, the payout is 4990000 msat"));
    assertThat(offering(offer -> "{\"status\":\"ERROR\",\"reason\":\"no such\\nuser\\u0007" + "x".repeat(500) + "\"}"))
        .isInstanceOfSatisfying(Fetched.Refused.class, refused -> assertThat(refused.reason())
            .startsWith("the service says: no such user xxx").hasSizeLessThan(230));
  }

  @Test
  void whatIsNoOfferToBePaidIsRefused() {
    assertThat(offering(offer -> offer.replace("payRequest", "withdrawRequest")))
        .isEqualTo(new Fetched.Refused("this is no code to be paid by: it is for 'withdrawRequest'"));
    assertThat(offering(offer -> offer.replace("text/plain", "text/other")))
        .isEqualTo(new Fetched.Refused("the service gives no description of the payment"));
    assertThat(offering(offer -> offer.replace("text/identifier", "text/other")))
        .isEqualTo(new Fetched.Refused("the service does not say whose address this is"));
    assertThat(offering(offer -> offer.replace("[[", "[7,["))).isInstanceOf(Fetched.Refused.class);
  }

  @Test
  void whatIsChangedInTheTestsAboveIsGoodUnchanged() {
    assertThat(fetched(offer -> offer, invoice -> invoice)).isInstanceOf(Fetched.Invoice.class);
  }

  static Stream<String> answersThatAreNone() {
    return Stream.of("", "no JSON", "[]", "null", "{}", "{\"tag\":\"payRequest\"}",
        "{\"tag\":\"a\",\"tag\":\"b\"}",
        "{} {}", "{\"tag\":\"payRequest\",\"minSendable\":\"1\",\"maxSendable\":2}",
        "{\"tag\":\"payRequest\",\"minSendable\":1.5,\"maxSendable\":2}",
        "{\"tag\":\"payRequest\",\"minSendable\":-1,\"maxSendable\":2}",
        "{\"tag\":\"payRequest\",\"minSendable\":99999999999999999999,\"maxSendable\":2}");
  }

  @ParameterizedTest
  @MethodSource("answersThatAreNone")
  void answersThatAreNoneAreNoInvoice(String answer) {
    assertThat(offering(offer -> answer)).isNotInstanceOf(Fetched.Invoice.class);
    assertThat(fetched(offer -> offer, invoice -> answer)).isNotInstanceOf(Fetched.Invoice.class);
  }

  @Test
  void nestingWithoutEndIsCutOff() {
    assertThat(offering(offer -> "[".repeat(2_000))).isInstanceOf(Fetched.Unreachable.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://10.0.0.1/cb", "http://service.example/cb", "file:///etc/passwd", "ftp://127.0.0.1/cb",
      "https://user@127.0.0.1/cb", "https://10.0.0.1/cb", "https://169.254.169.254/latest", "https://[fd00::1]/cb",
      "/cb",
      "https://x.onion/cb"})
  void aServiceDoesNotSendTheAskerWhereNobodyMayLook(String callback) {
    assertThat(offering(offer -> offer.replaceFirst("http://127.0.0.1:[0-9]+/cb.id=7", callback)))
        .isInstanceOf(Fetched.Unreachable.class);
  }

  private String unreachable(String response) {
    TestService service = service(target -> response);
    return switch (pay().fetch("anna@127.0.0.1:" + service.port(), DUE)) {
      case Fetched.Unreachable(var reason) -> reason;
      case Fetched other -> throw new AssertionError(other);
    };
  }

  @Test
  void redirectsAreNotFollowed() {
    TestService elsewhere = service(target -> TestService.ok("{}"));
    for (String status : List.of("301 Moved", "302 Found", "307 Temporary", "308 Permanent")) {
      assertThat(unreachable("HTTP/1.1 " + status + "\r\nLocation: " + elsewhere.url("/") + "\r\n\r\n"))
          .isEqualTo("127.0.0.1 gives no invoice: it redirects to somewhere else, which is not followed");
    }
    assertThat(elsewhere.asked()).isEmpty();
  }

  @Test
  void hugeBodiesAreCutOffHoweverTheyAreSent() {
    String huge = "{\"tag\":\"" + "x".repeat(QUICK.bodyBytes()) + "\"}";
    String reason = "127.0.0.1 gives no invoice: the answer has more than the allowed 4096 bytes";
    assertThat(unreachable(TestService.ok(huge))).isEqualTo(reason);
    assertThat(unreachable("HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999\r\n\r\n{")).isEqualTo(reason);
    assertThat(unreachable("HTTP/1.1 200 OK\r\n\r\n" + huge)).isEqualTo(reason);
    assertThat(unreachable("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" + "x".repeat(2048)
        + "\r\n801\r\n" + "x".repeat(2049) + "\r\n0\r\n\r\n")).isEqualTo(reason);
    assertThat(unreachable("HTTP/1.1 200 OK\r\nX: " + "x".repeat(10_000) + "\r\n\r\n")).contains("a line");
    assertThat(unreachable("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(200) + "\r\n")).contains("header fields");
  }

  @Test
  void answersCutShortAndOtherProtocolsAreNamed() {
    assertThat(unreachable("SSH-2.0-OpenSSH_9.2\r\n")).endsWith("what answers there is no web server");
    assertThat(unreachable("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}")).endsWith("the answer is cut short");
    assertThat(unreachable("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}")).endsWith("how long it is");
    assertThat(unreachable("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")).endsWith("how long it is");
    assertThat(unreachable("HTTP/1.1")).endsWith("the answer is cut short");
  }

  @Test
  void aChunkedAnswerIsRead() {
    TestService service = service(target -> String.join("\r\n", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "",
        "1a;x=y", "{\"status\":\"ERROR\",\"reason\"", "7", ":\"yes\"}", "0", "", ""));
    assertThat(pay().fetch("anna@127.0.0.1:" + service.port(), DUE))
        .isEqualTo(new Fetched.Refused("the service says: yes"));
  }

  @Test
  void aServiceThatDripsOrSaysNothingRunsOutOfTime() {
    TestService silent = service(target -> null);
    TestService dripping = TestService.dripping(Duration.ofMillis(50));
    services.add(dripping);
    for (TestService slow : List.of(silent, dripping)) {
      long from = System.nanoTime();
      assertThat(pay().fetch("anna@127.0.0.1:" + slow.port(), DUE)).isEqualTo(
          new Fetched.Unreachable("127.0.0.1 gives no invoice: no whole answer within 600 ms"));
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isBetween(Duration.ofMillis(590), Duration.ofSeconds(5));
    }
  }

  @Test
  void aNameThatIsNeverResolvedRunsOutOfTimeToo() {
    var never = new CountDownLatch(1);
    LnurlPay pay = pay(QUICK, host -> {
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new InetAddress[0];
    });
    assertThat(pay.fetch("anna@slow.example", DUE)).isEqualTo(
        new Fetched.Unreachable("slow.example gives no invoice: no whole answer within 600 ms"));
    never.countDown();
  }

  @Test
  void aNameWithAnyPrivateAddressIsNotAsked() {
    for (String address : List.of("10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "fd00::1",
        "fe80::1", "::ffff:10.0.0.1")) {
      InetAddress[] both = {InetAddress.ofLiteral("1.1.1.1"), InetAddress.ofLiteral(address)};
      assertThat(pay(QUICK, host -> both).fetch("anna@inner.example", DUE)).isInstanceOfSatisfying(
          Fetched.Unreachable.class, u -> assertThat(u.reason()).startsWith("inner.example gives no invoice: "
              + "inner.example is at ").endsWith(", which is not on the public Internet"));
    }
  }

  @Test
  void aNameIsResolvedOnceForEachRequestAndTheConnectionGoesThere() {
    AtomicInteger resolved = new AtomicInteger();
    AtomicInteger port = new AtomicInteger();
    String bolt11 = good();
    TestService service = service(target -> target.startsWith("/.well-known/")
        ? TestService.ok(offer("http://localhost:" + port.get() + "/cb"))
        : TestService.ok("{\"pr\":\"" + bolt11 + "\"}"));
    port.set(service.port());
    LnurlPay pay = pay(QUICK, host -> {
      // The second answer for a name, as a rebinding server would give it, leads to where nobody listens.
      InetAddress[] first = new InetAddress[]{InetAddress.ofLiteral("127.0.0.1")};
      return resolved.getAndIncrement() < 2 ? first : new InetAddress[]{InetAddress.ofLiteral("10.0.0.1")};
    });
    assertThat(pay.fetch("anna@localhost:" + service.port(), DUE)).isEqualTo(new Fetched.Invoice(bolt11));
    assertThat(resolved).hasValue(2);
    assertThat(service.asked()).allMatch(asked -> asked.startsWith("localhost:" + service.port() + " GET "));
  }

  @Test
  void lookUpsAreBoundedInNumber() {
    TestService service = service(target -> TestService.ok("{\"status\":\"ERROR\",\"reason\":\"no\"}"));
    LnurlPay pay = pay();
    String address = "anna@127.0.0.1:" + service.port();
    for (int i = 0; i < LnurlPay.MOST_IN_A_SPAN; i++) {
      assertThat(pay.fetch(address, DUE)).isEqualTo(new Fetched.Refused("the service says: no"));
    }
    assertThat(pay.fetch(address, DUE))
        .isEqualTo(new Fetched.Unreachable("too many look-ups at once; it is tried again"));
    now.addAndGet(LnurlPay.SPAN_MILLIS);
    assertThat(pay.fetch(address, DUE)).isEqualTo(new Fetched.Refused("the service says: no"));
    assertThat(service.asked()).hasSize(LnurlPay.MOST_IN_A_SPAN + 1);
  }
}
