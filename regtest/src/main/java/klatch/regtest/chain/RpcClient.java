package klatch.regtest.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** Calls a node's JSON-RPC and blocks for the answer. Thread-safe. */
public final class RpcClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final ObjectMapper json = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .build();
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI uri;
  private final String authorization;

  public RpcClient(RpcEndpoint endpoint) {
    this.uri = endpoint.uri();
    this.authorization = "Basic " + Base64.getEncoder()
        .encodeToString((endpoint.user() + ":" + endpoint.password()).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param params strings, numbers, booleans, lists and JSON nodes
   * @return the result; a JSON null where the node answers null
   * @throws RpcException         if the node refuses
   * @throws UncheckedIOException if it cannot be reached or does not answer in a minute
   */
  public JsonNode call(String method, Object... params) {
    ObjectNode request = json.createObjectNode().put("id", 1).put("method", method);
    ArrayNode array = request.putArray("params");
    for (Object param : params) {
      array.add(json.<JsonNode>valueToTree(param));
    }
    try {
      HttpResponse<byte[]> response = http.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT)
          .header("Authorization", authorization).header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(request))).build(),
          HttpResponse.BodyHandlers.ofByteArray());
      return result(method, response);
    } catch (IOException e) {
      throw new UncheckedIOException(method + " at " + uri + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while calling " + method, e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private JsonNode result(String method, HttpResponse<byte[]> response) throws IOException {
    JsonNode answer;
    try {
      answer = json.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new IOException(method + ": HTTP status " + response.statusCode(), e);
    }
    if (!answer.isObject()) {
      throw new IOException(method + ": HTTP status " + response.statusCode());
    }
    JsonNode error = answer.path("error");
    if (error.isObject()) {
      throw new RpcException(error.path("code").asInt(), error.path("message").asText());
    }
    return answer.path("result");
  }
}
