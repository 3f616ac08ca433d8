package klatch.regtest.chain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** JSON-RPC 1.0 over HTTP on loopback, as bitcoind speaks it: POST, basic authentication, one call a request. */
final class RpcServer implements AutoCloseable {
  /** Room for a package of 25 transactions of the largest standard size as hex. */
  private static final int MAX_BODY_BYTES = 8_000_000;

  private static final int MAX_JSON_DEPTH = 20;
  private static final String LOOPBACK = "127.0.0.1";
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int TOO_LARGE = 413;
  private static final int ERROR = 500;
  private static final int UNAVAILABLE = 503;

  private final ObjectMapper json = JsonMapper
      .builder(JsonFactory
          .builder().streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_JSON_DEPTH)
              .maxStringLength(MAX_BODY_BYTES).build())
          .build())
      .configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true).build();
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, RpcMethod> methods;
  private final ReentrantLock ledgerLock;
  private final Gate gate = new Gate();
  private final RpcEndpoint endpoint;
  private final byte[] authorization;

  RpcServer(Map<String, RpcMethod> methods, ReentrantLock ledgerLock, String user, String password) throws IOException {
    this.methods = methods;
    this.ledgerLock = ledgerLock;
    this.authorization = ("Basic " + Base64.getEncoder()
        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8))).getBytes(StandardCharsets.UTF_8);
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    this.endpoint = new RpcEndpoint(LOOPBACK, http.getAddress().getPort(), user, password);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  RpcEndpoint endpoint() {
    return endpoint;
  }

  Gate gate() {
    return gate;
  }

  @Override
  public void close() {
    gate.close();
    http.stop(0);
    threads.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
      if (!authorized(exchange)) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"jsonrpc\"");
        exchange.sendResponseHeaders(UNAUTHORIZED, -1);
      } else if (!exchange.getRequestMethod().equals("POST")) {
        send(exchange, METHOD_NOT_ALLOWED, "JSONRPC server handles only POST requests");
      } else if (body.length > MAX_BODY_BYTES) {
        send(exchange, TOO_LARGE, "the request's body exceeds " + MAX_BODY_BYTES + " bytes");
      } else if (!gate.pass()) {
        send(exchange, UNAVAILABLE, "stopping");
      } else {
        answer(exchange, body);
      }
    }
  }

  private boolean authorized(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization);
  }

  private void answer(HttpExchange exchange, byte[] body) throws IOException {
    ObjectNode answer = json.createObjectNode();
    answer.putNull("result").putNull("error").putNull("id");
    int status = OK;
    try {
      JsonNode request = parse(body);
      JsonNode id = request.get("id");
      answer.set("id", id == null ? json.nullNode() : id);
      answer.set("result", call(request));
    } catch (RpcException e) {
      answer.set("error", json.createObjectNode().put("code", e.code()).put("message", e.getMessage()));
      status = e.code() == RpcException.METHOD_NOT_FOUND ? NOT_FOUND : ERROR;
    }
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    send(exchange, status, json.writeValueAsBytes(answer));
  }

  private JsonNode parse(byte[] body) throws IOException {
    try {
      JsonNode request = json.readTree(body);
      if (request != null && request.isObject()) {
        return request;
      }
    } catch (JsonProcessingException e) {
      // Answered below, like everything else that is no request.
    }
    throw new RpcException(RpcException.PARSE_ERROR, "Parse error");
  }

  private JsonNode call(JsonNode request) {
    String name = request.path("method").asText();
    RpcMethod method = methods.get(name);
    if (method == null) {
      throw new RpcException(RpcException.METHOD_NOT_FOUND, "Method not found");
    }
    JsonNode params = request.path("params");
    if (!params.isArray() && !params.isMissingNode() && !params.isNull()) {
      throw new RpcException(RpcException.BAD_PARAMETER, "parameters must be an array: names are not supported");
    }
    ledgerLock.lock();
    try {
      return method.call(new RpcParams(name, params));
    } finally {
      ledgerLock.unlock();
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    send(exchange, status, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Where calls wait while the chain is stalled. */
  static final class Gate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean shut;
    private boolean closed;

    void shut(boolean wanted) {
      lock.lock();
      try {
        shut = wanted;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void close() {
      lock.lock();
      try {
        closed = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Waits until open; false if the server is closing. */
    boolean pass() {
      lock.lock();
      try {
        while (shut && !closed) {
          changed.awaitUninterruptibly();
        }
        return !closed;
      } finally {
        lock.unlock();
      }
    }
  }
}
