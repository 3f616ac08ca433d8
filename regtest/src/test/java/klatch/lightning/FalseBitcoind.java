package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import klatch.regtest.chain.RpcClient;
import klatch.regtest.chain.RpcEndpoint;
import klatch.regtest.chain.RpcException;

/** A bitcoind's JSON-RPC in front of an honest chain, which answers otherwise when it is told to. On loopback. */
final class FalseBitcoind implements AutoCloseable {
  static final String USER = "klatch";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** What it does with a call; the honest answer is there to be spoilt. */
  interface Mischief {
    Mischief NONE = (exchange, method, honest) -> reply(exchange, 200, result(honest.get()));

    void answer(HttpExchange exchange, String method, Honest honest) throws IOException;
  }

  interface Honest {
    JsonNode get() throws IOException;
  }

  /** A result that is not the honest one; the honest one itself for what it leaves alone. */
  interface Lie {
    JsonNode instead(String method, JsonNode honest);
  }

  private final RpcClient rpc;
  private volatile Mischief mischief = Mischief.NONE;
  private volatile String password = "first";
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final int port;
  private HttpServer http;

  FalseBitcoind(RpcEndpoint chain) throws IOException {
    this.rpc = new RpcClient(chain);
    this.http = listen(0);
    this.port = http.getAddress().getPort();
  }

  private HttpServer listen(int wanted) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    return server;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  String password() {
    return password;
  }

  void plays(Mischief wanted) {
    mischief = wanted;
  }

  void lies(Lie lie) {
    plays((exchange, method, honest) -> reply(exchange, 200, result(lie.instead(method, honest.get()))));
  }

  void well() {
    mischief = Mischief.NONE;
  }

  /** As when its process ends. */
  void stop() {
    http.stop(0);
  }

  /** As a process that starts again: at the same port, with another cookie. */
  void startAgain(String newPassword) throws IOException {
    password = newPassword;
    http = listen(port);
  }

  /** Waits as long as a caller could want to, or until it is closed. */
  void hang(Duration longest) {
    try {
      if (closed.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("closing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
      String expected = "Basic " + Base64.getEncoder()
          .encodeToString((USER + ":" + password).getBytes(StandardCharsets.UTF_8));
      if (!expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      String method = request.path("method").asText();
      try {
        mischief.answer(exchange, method, () -> honest(method, request.path("params")));
      } catch (RpcException e) {
        reply(exchange, 500, error(e.code(), String.valueOf(e.getMessage())));
      }
    }
  }

  private JsonNode honest(String method, JsonNode params) {
    Object[] list = new Object[params.size()];
    Arrays.setAll(list, params::get);
    return rpc.call(method, list);
  }

  static ObjectNode result(JsonNode result) {
    ObjectNode answer = NODES.objectNode();
    answer.set("result", result);
    answer.putNull("error").put("id", "klatch");
    return answer;
  }

  static ObjectNode error(int code, String message) {
    ObjectNode answer = NODES.objectNode();
    answer.putNull("result").put("id", "klatch").putObject("error").put("code", code).put("message", message);
    return answer;
  }

  static void reply(HttpExchange exchange, int status, JsonNode answer) throws IOException {
    reply(exchange, status, answer.toString());
  }

  static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    http.stop(0);
    threads.shutdownNow();
    rpc.close();
  }
}
