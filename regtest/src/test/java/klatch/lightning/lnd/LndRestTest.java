package klatch.lightning.lnd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import klatch.commitments.Msat;
import klatch.lightning.Network;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever answers in LND's place, and however: one sealed case, bounded in size and time, in words that help. */
final class LndRestTest {
  private static final Duration SHORT = Duration.ofMillis(1_500);

  @TempDir
  static Path folder;

  private FakeLnd lnd;
  private LndRest rest;

  @BeforeEach
  void start() throws Exception {
    lnd = FakeLnd.start(folder.resolve("lnd"));
    rest = new LndRest(lnd.config());
  }

  @AfterEach
  void stop() {
    rest.close();
    lnd.close();
  }

  private LndTrouble troubleOn(String path) {
    return trouble(() -> rest.get(path));
  }

  private static LndTrouble trouble(Runnable asked) {
    LndException failure = catchThrowableOfType(LndException.class, asked::run);
    assertThat(failure).isNotNull();
    assertThat(failure.trouble().message()).doesNotContain(HexFormat.of().formatHex(FakeLnd.MACAROON)).isNotBlank();
    assertThat(failure.asPort()).hasMessage(failure.trouble().message()).hasCause(failure);
    return failure.trouble();
  }

  @Test
  void thePinnedCertificateIsBelievedWhateverItSaysOfNames() {
    lnd.on("/v1/getinfo", FakeLnd.json(200, "{\"alias\":\"anna\"}"));
    assertThat(rest.get("/v1/getinfo").path("alias").asText()).isEqualTo("anna");
    assertThat(lnd.macaroons()).containsExactly("0201034242");
  }

  @Test
  void anotherCertificateIsNotBelievedAndGetsNoMacaroon() throws Exception {
    try (FakeLnd other = FakeLnd.start(folder.resolve("other"));
        LndRest pinnedElsewhere = new LndRest(lnd.config(other.certificate()))) {
      LndTrouble trouble = trouble(() -> pinnedElsewhere.get("/v1/getinfo"));
      assertThat(trouble).isEqualTo(
          new LndTrouble.CertificateChanged(lnd.address().toString(), other.certificate()));
      assertThat(trouble.message()).contains("copy its tls.cert again");
      assertThat(trouble.retrySafe()).isFalse();
      assertThat(lnd.requests()).isEmpty();
    }
  }

  @Test
  void aMacaroonOfAnotherNodeIsNamedWithTheCommandThatBakesOne() {
    for (String words : new String[]{"verification failed: signature mismatch after caveat verification",
        "cannot get macaroon: root key with id 0 doesn't exist", "expected 1 macaroon, got 0"}) {
      lnd.on("/v1/getinfo", FakeLnd.error(words));
      assertThat(troubleOn("/v1/getinfo")).isInstanceOf(LndTrouble.MacaroonRefused.class)
          .extracting(LndTrouble::message)
          .asString().contains("lncli bakemacaroon").contains(words);
    }
  }

  @Test
  void aMissingRightIsNamedByItsCall() {
    lnd.on("/v2/invoices/hodl", FakeLnd.error("permission denied"));
    assertThat(trouble(() -> rest.post("/v2/invoices/hodl", LndMessages.body()))).extracting(LndTrouble::message)
        .asString().contains("/v2/invoices/hodl").contains("uri:/invoicesrpc.Invoices/AddHoldInvoice");
  }

  @Test
  void aLockedAnEmptyAndAStartingNodeAreToldApart() {
    lnd.on("/v1/a", FakeLnd.error("wallet locked, unlock it to enable full RPC access"));
    lnd.on("/v1/b", FakeLnd.error("wallet not created, create one to enable full RPC access"));
    lnd.on("/v1/c",
        FakeLnd.error("the RPC server is in the process of starting up, but not yet ready to accept calls"));
    assertThat(troubleOn("/v1/a")).isEqualTo(new LndTrouble.Locked()).extracting(LndTrouble::message).asString()
        .contains("lncli unlock");
    assertThat(troubleOn("/v1/b")).isEqualTo(new LndTrouble.NoWallet());
    assertThat(troubleOn("/v1/c")).isEqualTo(new LndTrouble.Starting());
    assertThat(troubleOn("/v1/a").retrySafe()).isTrue();
  }

  @Test
  void onlyWhatAPersonMustMendIsNotAskedAgain() {
    var path = Path.of("file");
    assertThat(List.of(new LndTrouble.BadFile(path, ""), new LndTrouble.CertificateChanged("", path),
        new LndTrouble.MacaroonRefused(path, ""), new LndTrouble.PermissionDenied(path, ""),
        new LndTrouble.WrongNetwork("", ""), new LndTrouble.AnotherNode("", ""), new LndTrouble.Refused("", 2, "")))
        .noneMatch(LndTrouble::retrySafe);
    assertThat(List.of(new LndTrouble.Unreachable("", ""), new LndTrouble.Slow("", "", 1), new LndTrouble.Locked(),
        new LndTrouble.NoWallet(), new LndTrouble.Starting(), new LndTrouble.Syncing(1),
        new LndTrouble.OutOfInbound(Msat.ZERO, Msat.ZERO), new LndTrouble.Nonsense("", "")))
        .allMatch(LndTrouble::retrySafe);
  }

  @Test
  void aRefusalKeepsItsWordsWithoutControlCharactersAndNotTooManyOfThem() {
    lnd.on("/v1/x", FakeLnd.json(500, "{\"code\":2,\"message\":\"no\\u001b[31m\\n" + "y".repeat(5_000) + "\"}"));
    assertThat(troubleOn("/v1/x").message()).startsWith("LND refuses /v1/x: no [31m ").hasSizeLessThan(400);
  }

  @Test
  void anErrorInTheMiddleOfAStreamIsOneToo() {
    lnd.on("/v2/router/send",
        FakeLnd.json(200,
            "{\"result\":{\"status\":\"IN_FLIGHT\"}}\n{\"error\":{\"grpc_code\":2,\"message\":\"wallet locked\"}}\n"));
    try (LndStream stream = rest.postStream("/v2/router/send", LndMessages.body())) {
      assertThat(stream.next()).isPresent();
      assertThat(trouble(stream::next)).isEqualTo(new LndTrouble.Locked());
      assertThat(stream.next()).isEmpty();
    }
  }

  @Test
  void whatIsNoJsonAndWhatIsTooLongIsNoLnd() {
    lnd.on("/v1/a", FakeLnd.json(200, "<html>"));
    lnd.on("/v1/b", FakeLnd.json(200, "[1]"));
    lnd.on("/v1/c", FakeLnd.json(302, ""));
    lnd.on("/v1/d", exchange -> {
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        byte[] junk = new byte[1 << 20];
        for (int i = 0; i < 20; i++) {
          out.write(junk);
        }
      }
    });
    for (String path : new String[]{"/v1/a", "/v1/b", "/v1/c", "/v1/d"}) {
      assertThat(troubleOn(path)).as(path).isInstanceOf(LndTrouble.Nonsense.class);
    }
    assertThat(troubleOn("/v1/d").message()).contains("exceeds 16000000 bytes");
  }

  @Test
  void aLineOfAStreamThatNeverEndsIsCutOff() {
    lnd.on("/v2/invoices/subscribe", exchange -> {
      exchange.sendResponseHeaders(200, 0);
      byte[] junk = new byte[1 << 20];
      for (int i = 0; i < 8; i++) {
        exchange.getResponseBody().write(junk);
      }
    });
    try (LndStream stream = rest.getStream("/v2/invoices/subscribe/x")) {
      assertThat(trouble(stream::next).message()).contains("longer than 4000000 bytes");
    }
  }

  @Test
  void anAnswerThatDripsIsGivenUpInTime() {
    CountDownLatch over = new CountDownLatch(1);
    lnd.on("/v1/getinfo", exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write('{');
      exchange.getResponseBody().flush();
      await(over);
    });
    long start = System.nanoTime();
    try (LndRest impatient = new LndRest(lnd.config(), SHORT)) {
      assertThat(trouble(() -> impatient.get("/v1/getinfo"))).isEqualTo(
          new LndTrouble.Slow(lnd.address().toString(), "/v1/getinfo", SHORT.toMillis()));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT.multipliedBy(5));
    over.countDown();
  }

  private static void await(CountDownLatch over) {
    try {
      assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void nobodyThereAndNoTlsThereAreToldApart() throws Exception {
    lnd.close();
    assertThat(troubleOn("/v1/getinfo")).isInstanceOf(LndTrouble.Unreachable.class).extracting(LndTrouble::message)
        .asString().contains("is it running");
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerInPlainText(plain));
      LndConfig config = new LndConfig(URI.create("https://127.0.0.1:" + plain.getLocalPort()), lnd.certificate(),
          lnd.config().macaroon(), Network.REGTEST);
      try (LndRest toPlain = new LndRest(config)) {
        assertThat(trouble(() -> toPlain.get("/v1/getinfo")).message()).contains("no TLS");
      }
    }
  }

  private static void answerInPlainText(ServerSocket server) {
    try (Socket caller = server.accept()) {
      caller.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      caller.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The caller hangs up.
    }
  }

  @Test
  void filesThatAreNoneAreNamed() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty"));
    Path large = Files.write(folder.resolve("large"), new byte[100_000]);
    Path absent = folder.resolve("absent");
    for (Path file : List.of(empty, large, absent)) {
      LndConfig badMacaroon = new LndConfig(lnd.address(), lnd.certificate(), file, Network.REGTEST);
      assertThat(trouble(() -> new LndRest(badMacaroon))).isInstanceOf(LndTrouble.BadFile.class)
          .extracting(LndTrouble::message).asString().startsWith(file.toString());
      assertThat(trouble(() -> new LndRest(lnd.config(file)))).isInstanceOf(LndTrouble.BadFile.class);
    }
  }
}
