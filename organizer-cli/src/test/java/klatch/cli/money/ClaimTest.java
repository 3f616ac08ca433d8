package klatch.cli.money;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.cli.Commands;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code klatch claim} asks, prints, and exits with. */
final class ClaimTest {
  private static final String EVENT = "ab".repeat(32);
  /** The example of LUD-01. */
  private static final String URL = "https://service.com/api?q=3fc3645b439ce8e7f2553a69e5267081d96dcd340693afabe04be7b0"
      + "ccd178df";
  private static final String WAITING = "\"state\":\"claimable\",\"round\":1,\"amountMsat\":4990001,"
      + "\"closesAtMillis\":1800000000000,\"way\":\"here\"";

  @TempDir
  Path directory;

  private HttpServer node;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile String answer = "";

  private record Ran(int exitCode, String out) {}

  @BeforeEach
  void start() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext("/api/v1/", exchange -> {
      asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " "
          + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      var bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.contains("\"error\"") ? 422 : 200, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    });
    node.start();
    Files.writeString(directory.resolve(ApiClient.ApiFile.NAME),
        Json.line(new ApiClient.ApiFile("http://127.0.0.1:" + node.getAddress().getPort(), "t")));
  }

  @AfterEach
  void stop() {
    node.stop(0);
  }

  private Ran run(String... args) {
    var out = new StringWriter();
    var all = new ArrayList<>(List.of("claim"));
    all.addAll(List.of(args));
    all.addAll(List.of("--data-dir", directory.toString()));
    int exitCode = Commands.of(_ -> {
      throw new AssertionError("no command but up starts a node");
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(out)).execute(all.toArray(String[]::new));
    return new Ran(exitCode, out.toString());
  }

  private static String claim(String more) {
    return "{\"event\":\"" + EVENT + "\"," + more + "}";
  }

  @Test
  void whatWaitsIsShownToTheMillisatoshiWithItsLastMoment() {
    answer = "{\"claims\":[" + claim(WAITING) + "]}";
    var ran = run();
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("4,990.001 sat (4990001 msat) of abababababab: waits to be claimed",
        "until  2027-01-15T08:00:00Z, then it goes to somebody else", "goes to this node");
    assertThat(asked).containsExactly("GET /api/v1/claims ");
    answer = "{\"claims\":[]}";
    assertThat(run().out()).contains("No payout waits for you.");
    assertThat(run("--json").out().strip()).isEqualTo(answer);
  }

  @Test
  void anAddressIsHandedToTheNodeAndWhatIsInTheWayIsSaid() {
    answer = claim(WAITING.replace("\"here\"", "\"address\"")
        + ",\"address\":\"anna@service.example\",\"problem\":\"the service takes 1..2 msat\"");
    var ran = run(EVENT, "anna@service.example");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("goes to anna@service.example", "but    the service takes 1..2 msat");
    assertThat(asked).containsExactly("GET /api/v1/events/" + EVENT + "/claim ",
        "POST /api/v1/events/" + EVENT + "/claim {\"to\":\"anna@service.example\"}");
  }

  @Test
  void aCodeIsShownAsWalletsScanItAndANewOneIsNotMadeWhileOneWaits() {
    answer = claim(WAITING.replace("\"here\"", "\"code\"") + ",\"code\":\"" + URL + "\"");
    assertThat(run(EVENT, "--code").out()).contains("scan   lightning:LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385E"
        + "KVCENXC6R2C35XVUKXEFCV5MKVV34X5EKZD3EV56NYD3HXQURZEPEXEJXXEPNXSCRVWFNV9NXZCN9XQ6XYEFHVGCXXCMYXYMNSERXFQ5FNS");
    assertThat(asked).hasSize(1);
    answer = claim(WAITING);
    run(EVENT, "--code");
    assertThat(asked.getLast()).isEqualTo("POST /api/v1/events/" + EVENT + "/claim {\"byCode\":true}");
  }

  @Test
  void whatHasEndedIsSaid() {
    answer = claim("\"state\":\"paid\",\"round\":1,\"amountMsat\":5000,\"way\":\"invoice\"");
    assertThat(run(EVENT).out()).contains("5 sat of abababababab were paid to you.");
    answer = claim("\"state\":\"unclaimed\",\"round\":1,\"amountMsat\":5000,\"way\":\"here\"");
    assertThat(run(EVENT).out()).contains("not claimed in time and went to the next by the draw");
    answer = claim("\"state\":\"nothing_due\",\"round\":0,\"amountMsat\":0,\"way\":\"here\"");
    assertThat(run(EVENT).out()).contains("Nothing is due to you from abababababab yet.");
  }

  @Test
  void aRefusalAndWrongUsageExitWithTheirOwnCodes() {
    answer = claim(WAITING);
    assertThat(run(EVENT, "lnbc1", "--code").exitCode()).isEqualTo(2);
    assertThat(run(EVENT, "--here", "--code").out()).contains("give only one of TO, --code and --here");
    answer = "{\"error\":{\"code\":\"refused\",\"message\":\"the invoice asks for 1 msat, this payout is 2 msat\"}}";
    var refused = run(EVENT, "lnbc1", "--json");
    assertThat(refused.exitCode()).isEqualTo(5);
    assertThat(refused.out().lines().toList().getLast()).isEqualTo(answer);
  }
}
