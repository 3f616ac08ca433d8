package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the answers of a bitcoind, good and bad. */
final class BitcoinRpcTest {
  @SuppressWarnings("NullAway.Init") // set before each test
  private HttpServer server;
  private volatile int status = 200;
  private volatile String body = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private BitcoinRpc rpc() {
    return new BitcoinRpc(
        new ChainRpc(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), "user", "password"));
  }

  @Test
  void readsTheTip() {
    body = "{\"result\":{\"blocks\":7,\"bestblockhash\":\"ab\"},\"error\":null,\"id\":\"klatch\"}";
    assertThat(rpc().tip()).isEqualTo(new BitcoinRpc.Tip(7, "ab"));
  }

  @Test
  void aRefusalKeepsTheChainsWords() {
    status = 500;
    body = "{\"result\":null,\"error\":{\"code\":-26,\"message\":\"min relay fee not met\"}}";
    assertThatThrownBy(() -> rpc().broadcast(new byte[1])).isInstanceOf(ChainException.class)
        .hasMessageContaining("min relay fee not met").extracting(e -> ((ChainException) e).refused())
        .isEqualTo(true);
  }

  @Test
  void broadcastingWhatIsKnownIsNoError() {
    status = 500;
    for (String words : new String[]{"txn-already-in-mempool", "Transaction already in block chain",
        "Transaction outputs already in utxo set"}) {
      body = "{\"result\":null,\"error\":{\"code\":-27,\"message\":\"" + words + "\"}}";
      assertThatCode(() -> rpc().broadcast(new byte[1])).doesNotThrowAnyException();
    }
  }

  @Test
  void aWrongPasswordAndAnAnswerThatIsNoneAreTold() {
    status = 401;
    assertThatThrownBy(() -> rpc().tip()).hasMessageContaining("refuses the password");
    status = 200;
    for (String nonsense : new String[]{"", "<html>", "{}", "[]"}) {
      body = nonsense;
      assertThatThrownBy(() -> rpc().tip()).isInstanceOf(ChainException.class);
    }
  }

  @Test
  void nobodyThereIsNoRefusal() {
    server.stop(0);
    assertThatThrownBy(() -> rpc().tip()).isInstanceOf(ChainException.class)
        .extracting(e -> ((ChainException) e).refused()).isEqualTo(false);
  }

  @Test
  void anEndlessAnswerIsNotReadToItsEnd() {
    body = "{\"result\":\"" + "a".repeat(11_000_000) + "\"}";
    assertThatThrownBy(() -> rpc().block("ab")).isInstanceOf(ChainException.class);
  }
}
