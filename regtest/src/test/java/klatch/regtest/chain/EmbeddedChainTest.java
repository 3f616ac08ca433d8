package klatch.regtest.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmbeddedChainTest extends ChainContract {
  @Override
  Chain start() {
    return EmbeddedChain.start(InstantSource.system());
  }

  @Test
  void itStartsFromRegtestsGenesisWithSpendableCoins() {
    assertThat(rpc().call("getblockhash", 0).asText())
        .isEqualTo("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
    assertThat(chain().tip().height()).isGreaterThanOrEqualTo(EmbeddedChain.FIRST_BLOCKS);
  }

  @Test
  void garbageOnThePortIsRefusedAndNothingBreaks() throws Exception {
    RpcEndpoint endpoint = chain().rpc();
    byte[] noise = new byte[4_096];
    new Random(7).nextBytes(noise);
    String login = "Basic " + Base64.getEncoder()
        .encodeToString((endpoint.user() + ":" + endpoint.password()).getBytes(StandardCharsets.UTF_8));
    assertThat(answer(endpoint, noise)).doesNotContain("200 OK");
    assertThat(post(endpoint, login, "not json")).contains("500").contains("-32700");
    assertThat(post(endpoint, login, "[]")).contains("500").contains("-32700");
    assertThat(post(endpoint, login, "")).contains("500").contains("-32700");
    assertThat(post(endpoint, login, "[".repeat(100_000))).contains("500").contains("-32700");
    assertThat(post(endpoint, login, "{\"method\":5,\"params\":{}}")).contains("404").contains("-32601");
    assertThat(post(endpoint, login, "{\"method\":\"getblock\",\"params\":{}}")).contains("500").contains("-8");
    assertThat(post(endpoint, login, "{\"method\":\"getblock\",\"params\":[]}")).contains("500").contains("missing");
    assertThat(post(endpoint, login, "{\"method\":\"gettxout\",\"params\":[\"" + "11".repeat(32) + "\",-1]}"))
        .contains("null");
    assertThat(answer(endpoint, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nConnection: close\r\n\r\n"
        .formatted(login).getBytes(StandardCharsets.US_ASCII))).contains("405");
    assertThat(rpc().call("getblockcount").asInt()).isPositive();
  }

  @Test
  void manyPollersAtOnceSeeEveryBlock() throws Exception {
    int pollers = 32;
    int last = chain().tip().height() + 20;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Boolean> poller = () -> {
        try (RpcClient client = new RpcClient(chain().rpc())) {
          int seen = 0;
          while (seen < last) {
            int now = client.call("getblockchaininfo").path("blocks").asInt();
            if (now < seen) {
              return false;
            }
            seen = now;
          }
          return true;
        }
      };
      List<Future<Boolean>> polls = IntStream.range(0, pollers).mapToObj(i -> threads.submit(poller)).toList();
      while (chain().tip().height() < last) {
        chain().mine(1);
      }
      for (Future<Boolean> poll : polls) {
        assertThat(poll.get()).isTrue();
      }
    }
  }

  private static String post(RpcEndpoint endpoint, String login, String body) throws IOException {
    return answer(endpoint,
        "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(login, body.length(), body).getBytes(StandardCharsets.US_ASCII));
  }

  private static String answer(RpcEndpoint endpoint, byte[] request) throws IOException {
    try (Socket socket = new Socket(endpoint.host(), endpoint.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
