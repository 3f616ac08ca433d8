package klatch.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import klatch.web.wire.ErrorReply;
import org.jspecify.annotations.Nullable;

/** Talks to a running node's local API. Thread-safe; every call blocks. */
public final class ApiClient {
  /** A lock or a settlement step may wait for Lightning; the node itself gives up earlier. */
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** A node's api.json is two short fields; anything larger is not one. */
  private static final long MAX_API_FILE_BYTES = 4096;

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofSeconds(5)).build();
  private final URI url;
  private final String token;

  /** @param url the API's root, such as {@code http://127.0.0.1:41233} */
  public ApiClient(URI url, String token) {
    this.url = url;
    this.token = token;
  }

  /** What a node that runs writes into its data directory, for its owner's commands alone. */
  public record ApiFile(@Nullable String url, @Nullable String token) {
    /** Its name there. */
    public static final String NAME = "api.json";
  }

  /**
   * The client for the node that runs in this data directory.
   *
   * @throws NoNodeException if none does
   */
  public static ApiClient of(Path dataDir) {
    var file = dataDir.resolve(ApiFile.NAME);
    try {
      if (Files.size(file) > MAX_API_FILE_BYTES) {
        throw new NoNodeException(file + " is not a node's: it has " + Files.size(file) + " bytes");
      }
      var found = Json.MAPPER.readValue(Files.readString(file), ApiFile.class);
      if (found.url() == null || found.token() == null) {
        throw new NoNodeException(file + " is not a node's: it has no url or no token");
      }
      return new ApiClient(URI.create(found.url()), found.token());
    } catch (NoSuchFileException e) {
      throw NoNodeException.at(dataDir, e);
    } catch (IOException | IllegalArgumentException e) {
      throw new NoNodeException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** @param path below {@code /api/v1}, such as {@code /status} */
  public <T> T get(String path, Class<T> answer) {
    return send("GET", path, null, answer);
  }

  /** Sends the request as JSON. */
  public <T> T post(String path, Object request, Class<T> answer) {
    return send("POST", path, Json.line(request), answer);
  }

  private <T> T send(String method, String path, @Nullable String body, Class<T> answer) {
    var publisher = body == null
        ? HttpRequest.BodyPublishers.noBody()
        : HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8);
    var request = HttpRequest.newBuilder(url.resolve("/api/v1" + path)).timeout(TIMEOUT)
        .header("Authorization", "Bearer " + token).header("Content-Type", "application/json").method(method, publisher)
        .build();
    HttpResponse<String> response;
    try {
      response = http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw NoNodeException.silent(url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw NoNodeException.silent(url, e);
    }
    try {
      if (response.statusCode() == 200) {
        return Json.MAPPER.readValue(response.body(), answer);
      }
      var fault = Json.MAPPER.readValue(response.body(), ErrorReply.class).error();
      throw new ApiRefusedException(fault.code(), fault.message());
    } catch (JsonProcessingException e) {
      throw new NoNodeException(url + " does not answer like a node (HTTP " + response.statusCode() + ")", e);
    }
  }
}
