package klatch.lightning.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A bitcoind, or what speaks like one, by its JSON-RPC. Thread-safe. */
public final class BitcoindSource implements ChainSource {
  public static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int UNAVAILABLE = 503;
  /** RPC_MISC_ERROR, RPC_INVALID_ADDRESS_OR_KEY and RPC_IN_WARMUP of Bitcoin Core's rpc/protocol.h. */
  private static final int MISC = -1;
  private static final int NOT_FOUND = -5;
  private static final int WARMING_UP = -28;
  private static final double SAT_PER_VBYTE = 100_000_000 / 1_000d;
  private static final String HASH = "[0-9a-f]{64}";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final URI url;
  private final RpcLogin login;
  /** Not on regtest: there a bitcoind calls itself syncing as soon as nobody has mined for a day. */
  private final boolean waitsForSync;
  private final BoundedHttp http;
  private volatile @Nullable String authorization;

  /** An error that bitcoind itself answered with. */
  private static final class RpcErrorException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;

    RpcErrorException(int code, String message) {
      super(message);
      this.code = code;
    }
  }

  /**
   * @param url          {@code http://host:port/}; beyond this machine it wants https or a tunnel, because the password travels
   *                     with each call
   * @param waitsForSync whether to wait while it says that it is still loading the chain
   * @throws IllegalArgumentException if the address is none
   */
  public BitcoindSource(URI url, RpcLogin login, boolean waitsForSync, Duration timeout) {
    if (!("http".equals(url.getScheme()) || "https".equals(url.getScheme())) || url.getHost() == null) {
      throw new IllegalArgumentException("a bitcoind's address looks like http://host:port/, not " + url);
    }
    this.url = url;
    this.login = login;
    this.waitsForSync = waitsForSync;
    this.http = new BoundedHttp(name(), timeout);
  }

  @Override
  public String name() {
    return "the bitcoind at " + url;
  }

  @Override
  public String genesis() {
    return hash("getblockhash", ask("getblockhash", 0));
  }

  @Override
  public Tip tip() {
    JsonNode info = ask("getblockchaininfo");
    JsonNode height = info.path("blocks");
    if (!height.isInt() || height.asInt() < 0) {
      throw nonsense("getblockchaininfo without a number of blocks");
    }
    if (waitsForSync && info.path("initialblockdownload").asBoolean()) {
      throw new ChainTroubleException(
          new ChainTrouble.Syncing(name(), height.asInt(), info.path("headers").asInt()));
    }
    return new Tip(height.asInt(), hash("getblockchaininfo", info.path("bestblockhash")));
  }

  @Override
  public byte[] header(String hash) {
    return bytes("getblockheader", ask("getblockheader", hash, false));
  }

  @Override
  public Optional<Integer> height(String hash) {
    try {
      JsonNode header = call("getblockheader", hash, true);
      return header.path("confirmations").asInt(-1) < 0 || !header.path("height").isInt()
          ? Optional.empty()
          : Optional.of(header.path("height").asInt());
    } catch (RpcErrorException e) {
      return Optional.empty();
    }
  }

  @Override
  public byte[] block(String hash) {
    try {
      return bytes("getblock", call("getblock", hash, 0));
    } catch (RpcErrorException e) {
      throw e.code == MISC && String.valueOf(e.getMessage()).contains("prune")
          ? new ChainTroubleException(new ChainTrouble.Pruned(name(), hash), e)
          : said("getblock", e);
    }
  }

  @Override
  public String send(String transaction) {
    try {
      return call("sendrawtransaction", transaction).asText();
    } catch (RpcErrorException e) {
      throw refused("sendrawtransaction", e);
    }
  }

  @Override
  public JsonNode sendTogether(List<String> transactions) {
    try {
      return call("submitpackage", transactions);
    } catch (RpcErrorException e) {
      throw refused("submitpackage", e);
    }
  }

  private RuntimeException refused(String method, RpcErrorException e) {
    return e.code == WARMING_UP ? said(method, e) : new TransactionRefusedException(String.valueOf(e.getMessage()));
  }

  @Override
  public OptionalDouble satPerVbyte(int blocks) {
    double coins = ask("estimatesmartfee", blocks).path("feerate").asDouble(0);
    return coins > 0 ? OptionalDouble.of(coins * SAT_PER_VBYTE) : OptionalDouble.empty();
  }

  private String hash(String method, JsonNode hash) {
    if (!hash.asText().matches(HASH)) {
      throw nonsense("its answer to " + method + " is no hash");
    }
    return hash.asText();
  }

  private byte[] bytes(String method, JsonNode hex) {
    try {
      return HexFormat.of().parseHex(hex.asText());
    } catch (IllegalArgumentException e) {
      throw nonsense("its answer to " + method + " is no hex");
    }
  }

  private ChainTroubleException nonsense(String what) {
    return new ChainTroubleException(new ChainTrouble.Nonsense(name(), what));
  }

  private JsonNode ask(String method, Object... parameters) {
    try {
      return call(method, parameters);
    } catch (RpcErrorException e) {
      throw said(method, e);
    }
  }

  private ChainTroubleException said(String method, RpcErrorException e) {
    String words = BoundedHttp.words(e.getMessage());
    return new ChainTroubleException(switch (e.code) {
      case WARMING_UP -> new ChainTrouble.Starting(name(), words);
      case NOT_FOUND -> new ChainTrouble.False(name(), "it does not know a block of its own chain (" + words + ")");
      default -> new ChainTrouble.Nonsense(name(), method + ": " + words);
    }, e);
  }

  private JsonNode call(String method, Object... parameters) throws RpcErrorException {
    ObjectNode request = JSON.createObjectNode().put("jsonrpc", "1.0").put("id", "klatch").put("method", method);
    ArrayNode list = request.putArray("params");
    for (Object parameter : parameters) {
      list.add(JSON.<JsonNode>valueToTree(parameter));
    }
    String used = authorization;
    if (used == null) {
      used = freshLogin();
    }
    HttpResponse<byte[]> response = post(method, request, used);
    if (refused(response)) {
      // A bitcoind that was started again has another cookie.
      String fresh = freshLogin();
      response = fresh.equals(used) ? response : post(method, request, fresh);
    }
    if (refused(response)) {
      throw new ChainTroubleException(new ChainTrouble.LoginRefused(name()));
    }
    return result(method, response);
  }

  private static boolean refused(HttpResponse<byte[]> response) {
    return response.statusCode() == UNAUTHORIZED || response.statusCode() == FORBIDDEN;
  }

  private String freshLogin() {
    try {
      String fresh = login.authorization();
      authorization = fresh;
      return fresh;
    } catch (IOException e) {
      throw new ChainTroubleException(
          new ChainTrouble.Unreachable(name(), "its cookie cannot be read: " + BoundedHttp.words(e.getMessage())), e);
    }
  }

  private HttpResponse<byte[]> post(String method, ObjectNode request, String header) {
    return http.send(method, http.request(url).header("Authorization", header)
        .header("Content-Type", "application/json").POST(BodyPublishers.ofString(request.toString())).build());
  }

  private JsonNode result(String method, HttpResponse<byte[]> response) throws RpcErrorException {
    if (response.statusCode() == UNAVAILABLE) {
      throw new ChainTroubleException(new ChainTrouble.Unreachable(name(), "HTTP status " + UNAVAILABLE));
    }
    JsonNode body;
    try {
      body = JSON.readTree(response.body());
    } catch (IOException e) {
      throw nonsense("its answer to " + method + " is no JSON (HTTP status " + response.statusCode() + ")");
    }
    JsonNode error = body == null ? JSON.nullNode() : body.path("error");
    if (error.isObject()) {
      throw new RpcErrorException(error.path("code").asInt(), error.path("message").asText());
    }
    JsonNode result = body == null ? null : body.get("result");
    if (result == null) {
      throw nonsense("its answer to " + method + " has no result (HTTP status " + response.statusCode() + ")");
    }
    return result;
  }

  @Override
  public void close() {
    http.close();
  }
}
