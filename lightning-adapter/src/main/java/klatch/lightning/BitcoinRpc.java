package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/** The calls to a bitcoind, or to what speaks like one, that this side makes. Thread-safe; blocks. */
public final class BitcoinRpc {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  /** A block is 4 MB at most, 8 MB as hex; nothing longer is read. */
  private static final int MAX_ANSWER_LENGTH = 10_000_000;
  private static final int UNAVAILABLE = 503;
  private static final int SATS_PER_COIN = 100_000_000;
  private static final int VBYTES_PER_KVB = 1_000;
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final ChainRpc chain;
  private final HttpClient http;
  private final String authorization;

  public BitcoinRpc(ChainRpc chain) {
    this.chain = chain;
    this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
    this.authorization = "Basic " + Base64.getEncoder()
        .encodeToString((chain.user() + ":" + chain.password()).getBytes(StandardCharsets.UTF_8));
  }

  /** A block's place in the chain; hashes as bitcoind shows them. */
  record Tip(int height, String hash) {}

  /** @param previous empty for the genesis block */
  record Header(String hash, int height, Optional<String> previous) {}

  Tip tip() {
    JsonNode info = call("getblockchaininfo");
    return new Tip(info.required("blocks").asInt(), info.required("bestblockhash").asText());
  }

  Header header(String hash) {
    JsonNode header = call("getblockheader", hash);
    return new Header(hash, header.required("height").asInt(),
        Optional.ofNullable(header.get("previousblockhash")).map(JsonNode::asText));
  }

  /** The block's bytes as they go over the wire. */
  byte[] block(String hash) {
    return HexFormat.of().parseHex(call("getblock", hash, 0).asText());
  }

  /** Hands a transaction to the network; doing it again is no error. */
  void broadcast(byte[] transaction) {
    try {
      call("sendrawtransaction", HexFormat.of().formatHex(transaction));
    } catch (ChainException e) {
      if (!e.refused() || !alreadyKnown(String.valueOf(e.getMessage()))) {
        throw e;
      }
    }
  }

  private static boolean alreadyKnown(String message) {
    return message.contains("already in") || message.contains("already-in") || message.contains("already known")
        || message.contains("txn-already") || message.contains("outputs already in utxo set");
  }

  /** Whole satoshis per virtual byte for a confirmation within so many blocks, rounded up; empty if it cannot tell. */
  OptionalLong feeSatPerVbyte(int blocks) {
    JsonNode estimate = call("estimatesmartfee", blocks);
    JsonNode coinsPerKvb = estimate.get("feerate");
    return coinsPerKvb == null
        ? OptionalLong.empty()
        : OptionalLong.of((long) Math.ceil(coinsPerKvb.asDouble() * SATS_PER_COIN / VBYTES_PER_KVB));
  }

  /**
   * @param parameters text, numbers and truth values
   * @throws ChainException if there is no answer, or the answer is an error
   */
  public JsonNode call(String method, Object... parameters) {
    ObjectNode request = JSON.createObjectNode().put("jsonrpc", "1.0").put("id", "klatch").put("method", method);
    ArrayNode list = request.putArray("params");
    for (Object parameter : parameters) {
      list.add(JSON.<JsonNode>valueToTree(parameter));
    }
    try {
      HttpResponse<byte[]> response = http.send(
          HttpRequest.newBuilder(chain.url()).timeout(TIMEOUT).header("Authorization", authorization)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(request))).build(),
          HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_LENGTH));
      return result(method, response);
    } catch (IOException e) {
      throw new ChainException("the chain at " + chain.url() + " does not answer " + method + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChainException("interrupted while asking the chain for " + method, e);
    }
  }

  private JsonNode result(String method, HttpResponse<byte[]> response) throws IOException {
    if (response.statusCode() == 401 || response.statusCode() == 403) {
      throw new ChainException("the chain at " + chain + " refuses the password", true);
    }
    JsonNode body = JSON.readTree(response.body());
    JsonNode error = body.path("error");
    if (!error.isMissingNode() && !error.isNull()) {
      boolean later = response.statusCode() == UNAVAILABLE;
      throw new ChainException(method + ": " + error.path("message").asText(error.toString()), !later);
    }
    JsonNode result = body.get("result");
    if (result == null) {
      throw new ChainException(
          "the chain at " + chain.url() + " answered " + method + " with HTTP " + response.statusCode(), false);
    }
    return result;
  }
}
