package klatch.lightning.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import klatch.lightning.ChainRpc;
import klatch.lightning.Network;
import klatch.lightning.chain.HeaderTree.Node;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What LDK and the wallet take for their bitcoind: it listens on loopback with a password of its own, and answers from any
 * {@link ChainSource}, with what was checked. While the source cannot be used every call fails with HTTP status 503 and the
 * reason, and whoever called asks again.
 */
public final class ChainGate implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChainGate.class);
  /** A package of 25 transactions of the largest standard size as hex. */
  private static final int MAX_BODY_BYTES = 8_000_000;
  private static final int PASSWORD_BYTES = 24;
  /** By chance this happens once in a thousand years, with a block every ten minutes. */
  private static final Duration FROZEN = Duration.ofHours(3);
  private static final String USER = "klatch";
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int BAD_METHOD = 405;
  private static final int ERROR = 500;
  private static final int UNAVAILABLE = 503;
  private static final int BAD_REQUEST_CODE = -32_600;
  private static final int NO_METHOD_CODE = -32_601;
  private static final int NOT_FOUND_CODE = -5;
  private static final int REFUSED_CODE = -26;
  private static final int TROUBLE_CODE = -1;
  private static final BigDecimal VBYTES_PER_COIN = BigDecimal.valueOf(100_000_000 / 1_000);
  private static final int COIN_DIGITS = 8;
  private static final String HASH = "[0-9a-f]{64}";
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final CheckedChain chain;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final String password;
  private volatile String told = "";

  /** The caller's own mistake, answered with a code of JSON-RPC. */
  private static final class BadCallException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;

    BadCallException(int code, String message) {
      super(message);
      this.code = code;
    }
  }

  private ChainGate(CheckedChain chain) throws IOException {
    this.chain = chain;
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    this.password = HexFormat.of().formatHex(random);
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  /**
   * Opens it; the source is asked when somebody asks. Closing it closes the source.
   *
   * @param headers     where the last headers are kept over restarts; empty for nowhere
   * @param atMostEvery how often the source is asked for a new tip
   */
  public static ChainGate open(ChainSource source, Network network, Optional<Path> headers, Duration atMostEvery,
      InstantSource clock) {
    try {
      Optional<Duration> frozenAfter = network == Network.REGTEST ? Optional.empty() : Optional.of(FROZEN);
      return new ChainGate(new CheckedChain(source, network, headers, atMostEvery, frozenAfter, clock));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on loopback: " + e.getMessage(), e);
    }
  }

  /** How to ask it. */
  public ChainRpc rpc(Duration pollInterval) {
    URI url = URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
    return new ChainRpc(url, USER, password, pollInterval);
  }

  /** What is wrong with the source, as far as was seen. */
  public Optional<ChainTrouble> trouble() {
    return chain.trouble();
  }

  /**
   * Asks the source for its tip.
   *
   * @return the height of the best chain
   * @throws ChainTroubleException if it cannot be used
   */
  public int height() {
    return chain.tip().height();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
      if (!authorized(exchange)) {
        exchange.sendResponseHeaders(UNAUTHORIZED, -1);
      } else if (!"POST".equals(exchange.getRequestMethod()) || body.length > MAX_BODY_BYTES) {
        exchange.sendResponseHeaders(BAD_METHOD, -1);
      } else {
        answer(exchange, body);
      }
    }
  }

  private boolean authorized(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8),
        new RpcLogin.Password(USER, password).authorization().getBytes(StandardCharsets.UTF_8));
  }

  private void answer(HttpExchange exchange, byte[] body) throws IOException {
    ObjectNode answer = NODES.objectNode();
    answer.putNull("result").putNull("error").putNull("id");
    int status = OK;
    try {
      JsonNode request = parsed(body);
      answer.set("id", request.path("id").isMissingNode() ? NODES.nullNode() : request.path("id"));
      answer.set("result", result(request.path("method").asText(), request.path("params")));
      tell("");
    } catch (BadCallException e) {
      answer.set("error", error(e.code, e));
      status = ERROR;
    } catch (TransactionRefusedException e) {
      answer.set("error", error(REFUSED_CODE, e));
      status = ERROR;
    } catch (ChainTroubleException e) {
      answer.set("error", error(TROUBLE_CODE, e));
      status = UNAVAILABLE;
      tell(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("the chain's gate failed", e);
      answer.set("error", error(TROUBLE_CODE, e));
      status = UNAVAILABLE;
    }
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Once for each trouble, not once for each call. */
  private void tell(String words) {
    if (!words.equals(told) && (!words.isEmpty() || chain.trouble().isEmpty())) {
      told = words;
      if (words.isEmpty()) {
        LOG.info("{} answers again", chain.source().name());
      } else {
        LOG.warn("{}", words);
      }
    }
  }

  private static ObjectNode error(int code, Exception e) {
    return NODES.objectNode().put("code", code).put("message", e.getMessage());
  }

  private static JsonNode parsed(byte[] body) throws IOException, BadCallException {
    try {
      JsonNode request = JSON.readTree(body);
      if (request != null && request.isObject()) {
        return request;
      }
    } catch (JsonProcessingException e) {
      // Told below.
    }
    throw new BadCallException(BAD_REQUEST_CODE, "not a call");
  }

  private JsonNode result(String method, JsonNode params) throws BadCallException {
    return switch (method) {
      case "getblockchaininfo" -> info(chain.tip());
      case "getblockheader" -> header(hash(params));
      case "getblock" -> NODES.textNode(HexFormat.of().formatHex(chain.block(hash(params))));
      case "sendrawtransaction" -> NODES.textNode(chain.send(params.path(0).asText()));
      case "submitpackage" -> chain.sendTogether(texts(params.path(0)));
      case "estimatesmartfee" -> fee(params.path(0).asInt());
      default -> throw new BadCallException(NO_METHOD_CODE, "Method not found");
    };
  }

  private static String hash(JsonNode params) throws BadCallException {
    String hash = params.path(0).asText();
    if (!hash.matches(HASH)) {
      throw new BadCallException(NOT_FOUND_CODE, "no block hash: " + BoundedHttp.words(hash));
    }
    return hash;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private ObjectNode info(Node tip) {
    return NODES.objectNode().put("chain", chain.network().label()).put("blocks", tip.height())
        .put("headers", tip.height()).put("bestblockhash", tip.header().hash()).put("chainwork", work(tip));
  }

  private ObjectNode header(String hash) throws BadCallException {
    Node node = chain.header(hash).orElseThrow(() -> new BadCallException(NOT_FOUND_CODE, "Block not found"));
    BlockHeader header = node.header();
    ObjectNode json = NODES.objectNode().put("hash", hash).put("height", node.height()).put("version", header.version())
        .put("versionHex", "%08x".formatted(header.version())).put("merkleroot", header.merkleRoot())
        .put("time", header.time()).put("nonce", header.nonce()).put("bits", "%08x".formatted(header.bits()))
        .put("chainwork", work(node));
    if (node.height() > 0) {
      json.put("previousblockhash", header.previous());
    }
    return json;
  }

  private static String work(Node node) {
    return "%064x".formatted(node.work());
  }

  private ObjectNode fee(int blocks) {
    ObjectNode json = NODES.objectNode().put("blocks", blocks);
    chain.satPerVbyte(blocks).ifPresentOrElse(
        rate -> json.put("feerate",
            BigDecimal.valueOf(rate).divide(VBYTES_PER_COIN, COIN_DIGITS, RoundingMode.CEILING)),
        () -> json.putArray("errors").add("Insufficient data or no feerate found"));
    return json;
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
    chain.close();
  }
}
