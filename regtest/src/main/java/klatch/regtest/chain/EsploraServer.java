package klatch.regtest.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of Esplora's HTTP interface that a wallet needs, in front of any {@link Chain}: every answer is made from what the
 * chain's JSON-RPC says, so that it is the same over the embedded chain and over a bitcoind. On loopback, at any free port.
 */
public final class EsploraServer implements AutoCloseable {
  /** A package of 25 transactions of the largest standard size as hex. */
  private static final int MAX_BODY_BYTES = 8_000_000;
  /** How many blocks /blocks/HEIGHT tells of. */
  private static final int PAGE = 10;
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int UNAVAILABLE = 503;
  private static final BigDecimal SAT_PER_VBYTE = BigDecimal.valueOf(100_000);
  private static final List<Integer> TARGETS = List.of(1, 2, 3, 6, 12, 25, 144, 504, 1_008);
  private static final Pattern BLOCK = Pattern.compile("/block/([0-9a-f]{64})(?:/(header|raw|status|txids))?");
  private static final Pattern HEIGHT = Pattern.compile("/block-height/([0-9]{1,9})");
  private static final Pattern PAGE_FROM = Pattern.compile("/blocks/([0-9]{1,9})");
  private static final Pattern TRANSACTION = Pattern.compile("/tx/([0-9a-f]{64})/(status|hex|raw)");
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final RpcClient rpc;
  private final HttpServer http;
  private final AtomicInteger packages = new AtomicInteger();
  private final AtomicInteger estimates = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private static final class Answer {
    private final int status;
    private final String type;
    private final byte[] body;

    Answer(int status, String type, byte[] body) {
      this.status = status;
      this.type = type;
      this.body = body;
    }

    static Answer text(int status, String text) {
      return new Answer(status, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer json(JsonNode json) {
      return new Answer(OK, "application/json", json.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private EsploraServer(RpcEndpoint chain) throws IOException {
    this.rpc = new RpcClient(chain);
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  /** Fails if no loopback port can be had. */
  public static EsploraServer start(RpcEndpoint chain) {
    try {
      return new EsploraServer(chain);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on loopback: " + e.getMessage(), e);
    }
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
  }

  /** How many packages of transactions it was given, taken or not. */
  public int packages() {
    return packages.get();
  }

  /** How often it was asked for its fee estimates. */
  public int estimates() {
    return estimates.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
      Answer answer = answered(exchange.getRequestMethod(), exchange.getRequestURI().getPath(), body);
      exchange.getResponseHeaders().set("Content-Type", answer.type);
      exchange.sendResponseHeaders(answer.status, answer.body.length);
      exchange.getResponseBody().write(answer.body);
    }
  }

  private Answer answered(String method, String path, byte[] body) throws IOException {
    try {
      return switch (method) {
        case "GET" -> get(path);
        case "POST" -> post(path, body);
        default -> Answer.text(NOT_FOUND, "endpoint does not exist");
      };
    } catch (RpcException e) {
      return e.code() == RpcException.NOT_FOUND || e.code() == RpcException.BAD_PARAMETER
          ? Answer.text(NOT_FOUND, "Block not found")
          : Answer.text(BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      return Answer.text(UNAVAILABLE, "the chain does not answer");
    }
  }

  private Answer get(String path) {
    Matcher block = BLOCK.matcher(path);
    Matcher height = HEIGHT.matcher(path);
    Matcher page = PAGE_FROM.matcher(path);
    Matcher transaction = TRANSACTION.matcher(path);
    if (block.matches()) {
      return block(block.group(1), block.group(2) == null ? "" : block.group(2));
    }
    if (height.matches()) {
      return Answer.text(OK, rpc.call("getblockhash", Integer.parseInt(height.group(1))).asText());
    }
    if (page.matches()) {
      return Answer.json(page(Integer.parseInt(page.group(1))));
    }
    if (transaction.matches()) {
      return transaction(transaction.group(1), transaction.group(2));
    }
    return switch (path) {
      case "/blocks/tip/hash" -> Answer.text(OK, rpc.call("getbestblockhash").asText());
      case "/blocks/tip/height" -> Answer.text(OK, rpc.call("getblockcount").asText());
      case "/blocks" -> Answer.json(page(rpc.call("getblockcount").asInt()));
      case "/fee-estimates" -> Answer.json(fees());
      default -> Answer.text(NOT_FOUND, "endpoint does not exist");
    };
  }

  private Answer block(String hash, String part) {
    return switch (part) {
      case "header" -> Answer.text(OK, rpc.call("getblockheader", hash, false).asText());
      case "raw" -> new Answer(OK, "application/octet-stream",
          HexFormat.of().parseHex(rpc.call("getblock", hash, 0).asText()));
      case "txids" -> Answer.json(rpc.call("getblock", hash, 1).path("tx"));
      case "status" -> Answer.json(blockStatus(hash));
      default -> Answer.json(summary(hash));
    };
  }

  private ObjectNode blockStatus(String hash) {
    JsonNode header = rpc.call("getblockheader", hash);
    boolean best = header.path("confirmations").asInt() > 0;
    ObjectNode json = NODES.objectNode().put("in_best_chain", best);
    if (best) {
      json.set("height", header.path("height"));
      json.set("next_best",
          header.path("nextblockhash").isMissingNode() ? NODES.nullNode() : header.path("nextblockhash"));
    }
    return json;
  }

  private ObjectNode summary(String hash) {
    JsonNode block = rpc.call("getblock", hash, 1);
    ObjectNode json = NODES.objectNode().put("id", hash);
    json.set("height", block.path("height"));
    json.set("version", block.path("version"));
    json.set("timestamp", block.path("time"));
    json.set("tx_count", block.path("nTx"));
    json.set("size", block.path("size"));
    json.set("weight", block.path("weight"));
    json.set("merkle_root", block.path("merkleroot"));
    json.set("previousblockhash",
        block.path("previousblockhash").isMissingNode() ? NODES.nullNode() : block.path("previousblockhash"));
    json.set("mediantime", block.path("mediantime"));
    json.set("nonce", block.path("nonce"));
    json.put("bits", Long.parseLong(block.path("bits").asText(), 16));
    json.set("difficulty", block.path("difficulty"));
    return json;
  }

  /** The block at this height and those below it. */
  private ArrayNode page(int from) {
    ArrayNode blocks = NODES.arrayNode();
    for (int height = from; height >= 0 && height > from - PAGE; height--) {
      blocks.add(summary(rpc.call("getblockhash", height).asText()));
    }
    return blocks;
  }

  private Answer transaction(String txid, String part) {
    JsonNode tx;
    try {
      tx = rpc.call("getrawtransaction", txid, 1);
    } catch (RpcException e) {
      return Answer.text(NOT_FOUND, "Transaction not found");
    }
    return switch (part) {
      case "hex" -> Answer.text(OK, tx.path("hex").asText());
      case "raw" -> new Answer(OK, "application/octet-stream", HexFormat.of().parseHex(tx.path("hex").asText()));
      default -> Answer.json(transactionStatus(tx));
    };
  }

  private ObjectNode transactionStatus(JsonNode tx) {
    boolean confirmed = tx.path("confirmations").asInt() > 0;
    ObjectNode json = NODES.objectNode().put("confirmed", confirmed);
    if (confirmed) {
      JsonNode header = rpc.call("getblockheader", tx.path("blockhash").asText());
      json.set("block_height", header.path("height"));
      json.set("block_hash", header.path("hash"));
      json.set("block_time", header.path("time"));
    }
    return json;
  }

  private ObjectNode fees() {
    estimates.incrementAndGet();
    ObjectNode json = NODES.objectNode();
    for (int target : TARGETS) {
      JsonNode rate = rpc.call("estimatesmartfee", target).path("feerate");
      if (rate.isNumber()) {
        json.put(Integer.toString(target), rate.decimalValue().multiply(SAT_PER_VBYTE).doubleValue());
      }
    }
    return json;
  }

  private Answer post(String path, byte[] body) throws IOException {
    if (body.length > MAX_BODY_BYTES) {
      return Answer.text(BAD_REQUEST, "more than " + MAX_BODY_BYTES + " bytes");
    }
    return switch (path) {
      case "/tx" -> sent(() -> rpc.call("sendrawtransaction", new String(body, StandardCharsets.US_ASCII).strip()));
      case "/txs/package" -> {
        packages.incrementAndGet();
        JsonNode transactions = JSON.readTree(body);
        yield transactions.isArray()
            ? sent(() -> rpc.call("submitpackage", transactions))
            : Answer.text(BAD_REQUEST, "a package is a list of transactions");
      }
      default -> Answer.text(NOT_FOUND, "endpoint does not exist");
    };
  }

  private interface Call {
    JsonNode run();
  }

  /** Whatever bitcoind says against it reaches the caller in Esplora's words. */
  private static Answer sent(Call call) {
    try {
      JsonNode result = call.run();
      return result.isTextual() ? Answer.text(OK, result.asText()) : Answer.json(result);
    } catch (RpcException e) {
      return Answer.text(BAD_REQUEST, "sendrawtransaction RPC error: "
          + NODES.objectNode().put("code", e.code()).put("message", e.getMessage()));
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
    rpc.close();
  }
}
