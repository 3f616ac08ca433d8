package klatch.regtest.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The Esplora face over the embedded chain and over a real bitcoind that was handed the same blocks: the same paths give the same
 * bytes, and what they say is what bitcoind itself says.
 */
class EsploraComparisonIT {
  private static final String ANYBODY = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private static @Nullable BitcoindChain bitcoind;
  private static @Nullable EmbeddedChain embedded;
  private static @Nullable RpcClient rpc;
  private static @Nullable EsploraServer overEmbedded;
  private static @Nullable EsploraServer overBitcoind;
  private static String confirmed = "";

  @BeforeAll
  static void startBoth() {
    BitcoindProgram program = switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Absent(var reason) -> abort(reason);
      case BitcoindProgram.Search.Found(var found) -> found;
    };
    bitcoind = BitcoindChain.startEmpty(program);
    embedded = EmbeddedChain.start(InstantSource.system());
    rpc = new RpcClient(bitcoind.rpc());
    confirmed = embedded.fund(ANYBODY, 70_000);
    embedded.mine(1);
    try (RpcClient source = new RpcClient(embedded.rpc())) {
      for (int height = 1; height <= embedded.tip().height(); height++) {
        rpc.call("submitblock", HexFormat.of()
            .formatHex(embedded.block(source.call("getblockhash", height).asText())));
      }
    }
    overEmbedded = EsploraServer.start(embedded.rpc());
    overBitcoind = EsploraServer.start(bitcoind.rpc());
  }

  @AfterAll
  static void stopBoth() {
    for (AutoCloseable part : new AutoCloseable[]{overBitcoind, overEmbedded, rpc, embedded, bitcoind}) {
      if (part != null) {
        try {
          part.close();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Test
  void everyPathGivesTheSameBytesOverBoth() throws Exception {
    String tip = embedded().tip().id();
    int height = embedded().tip().height();
    List<String> paths = new ArrayList<>(
        List.of("blocks/tip/hash", "blocks/tip/height", "blocks", "blocks/" + (height - 5),
            "blocks/3", "block-height/0", "block-height/" + height, "block-height/" + (height + 1), "block/" + tip,
            "block/" + tip + "/header", "block/" + tip + "/raw", "block/" + tip + "/status", "block/" + tip + "/txids",
            "tx/" + confirmed + "/status", "tx/" + confirmed + "/hex", "tx/" + confirmed + "/raw",
            "tx/" + "11".repeat(32) + "/status", "block/" + "11".repeat(32), "block/" + "11".repeat(32) + "/header",
            "nothing",
            "fee-estimates"));
    for (String path : paths) {
      HttpResponse<byte[]> ours = get(overEmbedded, path);
      HttpResponse<byte[]> theirs = get(overBitcoind, path);
      assertThat(ours.statusCode()).as(path).isEqualTo(theirs.statusCode());
      assertThat(ours.body()).as(path).isEqualTo(theirs.body());
    }
  }

  @Test
  void whatItSaysOfABlockIsWhatBitcoindSays() throws Exception {
    String tip = embedded().tip().id();
    JsonNode said = JSON.readTree(get(overEmbedded, "block/" + tip).body());
    JsonNode block = rpc().call("getblock", tip, 1);
    assertThat(said.path("id").asText()).isEqualTo(block.path("hash").asText());
    assertThat(said.path("height").asInt()).isEqualTo(block.path("height").asInt());
    assertThat(said.path("version").asInt()).isEqualTo(block.path("version").asInt());
    assertThat(said.path("timestamp").asLong()).isEqualTo(block.path("time").asLong());
    assertThat(said.path("mediantime").asLong()).isEqualTo(block.path("mediantime").asLong());
    assertThat(said.path("nonce").asLong()).isEqualTo(block.path("nonce").asLong());
    assertThat(said.path("bits").asLong()).isEqualTo(Long.parseLong(block.path("bits").asText(), 16));
    assertThat(said.path("merkle_root").asText()).isEqualTo(block.path("merkleroot").asText());
    assertThat(said.path("previousblockhash").asText()).isEqualTo(block.path("previousblockhash").asText());
    assertThat(said.path("tx_count").asInt()).isEqualTo(block.path("nTx").asInt()).isEqualTo(2);
    assertThat(said.path("size").asInt()).isEqualTo(block.path("size").asInt());
    assertThat(said.path("weight").asInt()).isEqualTo(block.path("weight").asInt());
    assertThat(HexFormat.of().formatHex(get(overEmbedded, "block/" + tip + "/raw").body()))
        .isEqualTo(rpc().call("getblock", tip, 0).asText());
    assertThat(new String(get(overEmbedded, "block/" + tip + "/header").body(), StandardCharsets.US_ASCII))
        .isEqualTo(rpc().call("getblockheader", tip, false).asText());
    JsonNode status = JSON.readTree(get(overEmbedded, "tx/" + confirmed + "/status").body());
    assertThat(status.path("block_hash").asText())
        .isEqualTo(rpc().call("getrawtransaction", confirmed, 1).path("blockhash").asText());
  }

  @Test
  void whatIsSentIsTakenOrRefusedInTheSameWords() throws Exception {
    for (String body : List.of("", "nonsense", "00")) {
      HttpResponse<byte[]> ours = post(overEmbedded, "tx", body);
      HttpResponse<byte[]> theirs = post(overBitcoind, "tx", body);
      assertThat(ours.statusCode()).as(body).isEqualTo(400).isEqualTo(theirs.statusCode());
      assertThat(ours.body()).as(body).isEqualTo(theirs.body());
    }
    String old = new String(get(overEmbedded, "tx/" + confirmed + "/hex").body(), StandardCharsets.US_ASCII);
    assertThat(post(overEmbedded, "tx", old).body()).isEqualTo(post(overBitcoind, "tx", old).body());
    String fresh = embedded().fund(ANYBODY, 60_000);
    byte[] hex = get(overEmbedded, "tx/" + fresh + "/hex").body();
    HttpResponse<byte[]> sent = post(overBitcoind, "tx", new String(hex, StandardCharsets.US_ASCII));
    assertThat(new String(sent.body(), StandardCharsets.US_ASCII)).isEqualTo(fresh);
    assertThat(rpc().call("getrawmempool").toString()).contains(fresh);
    assertThat(get(overEmbedded, "tx/" + fresh + "/status").body())
        .isEqualTo(get(overBitcoind, "tx/" + fresh + "/status").body());
  }

  private static EmbeddedChain embedded() {
    if (embedded == null) {
      throw new IllegalStateException("not started");
    }
    return embedded;
  }

  private static RpcClient rpc() {
    if (rpc == null) {
      throw new IllegalStateException("not started");
    }
    return rpc;
  }

  private static URI uri(@Nullable EsploraServer server, String path) {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server.uri().resolve(path);
  }

  private static HttpResponse<byte[]> get(@Nullable EsploraServer server, String path)
      throws IOException, InterruptedException {
    return HTTP.send(HttpRequest.newBuilder(uri(server, path)).build(), BodyHandlers.ofByteArray());
  }

  private static HttpResponse<byte[]> post(@Nullable EsploraServer server, String path, String body)
      throws IOException, InterruptedException {
    return HTTP.send(HttpRequest.newBuilder(uri(server, path)).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofByteArray());
  }
}
