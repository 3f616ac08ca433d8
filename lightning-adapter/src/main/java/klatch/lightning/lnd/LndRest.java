package klatch.lightning.lnd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * LND's REST interface: one certificate is believed, every answer is bounded in size and time, and whatever goes wrong is
 * an {@link LndException} that says what to do. Thread-safe; blocks.
 */
public final class LndRest implements AutoCloseable {
  static final ObjectMapper JSON = JsonMapper.builder().build();

  /** The longest that one answer may take, to its last byte. */
  static final Duration TIMEOUT = Duration.ofSeconds(15);

  /** A thousand invoices with their HTLCs fit. */
  static final int MAX_ANSWER_BYTES = 16_000_000;

  /** LND's macaroons have a few hundred bytes. */
  private static final long MAX_MACAROON_BYTES = 16 * 1_024;

  /** Of LND's words, as much as a person reads. */
  private static final int MAX_WORDS = 300;

  /** gRPC's UNAUTHENTICATED. */
  private static final int UNAUTHENTICATED = 16;

  private final URI base;
  private final Path certificateFile;
  private final Path macaroonFile;
  private final String macaroon;
  private final HttpClient http;
  private final Duration timeout;

  /** @throws LndException if a file cannot be used */
  public LndRest(LndConfig config) {
    this(config, TIMEOUT);
  }

  /** @throws LndException if a file cannot be used */
  LndRest(LndConfig config, Duration timeout) {
    this.base = config.rest();
    this.certificateFile = config.certificate();
    this.macaroonFile = config.macaroon();
    this.macaroon = macaroon(config.macaroon());
    this.timeout = timeout;
    // One connection a stream: LND's REST speaks HTTP/1.1.
    this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout)
        .followRedirects(HttpClient.Redirect.NEVER).sslContext(PinnedCertificate.read(config.certificate()).context())
        .executor(Executors.newVirtualThreadPerTaskExecutor()).build();
  }

  private static String macaroon(Path file) {
    try {
      if (Files.size(file) > MAX_MACAROON_BYTES || Files.size(file) == 0) {
        throw new LndException(new LndTrouble.BadFile(file, "a macaroon has 1.." + MAX_MACAROON_BYTES + " bytes"));
      }
      return HexFormat.of().formatHex(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new LndException(new LndTrouble.BadFile(file, "it cannot be read: " + e.getMessage()), e);
    }
  }

  String address() {
    return base.toString();
  }

  /** @param path with its query, all escaped */
  public JsonNode get(String path) {
    return answer(call(path), request(path).GET().build());
  }

  public JsonNode post(String path, ObjectNode body) {
    return answer(path, request(path).POST(json(body)).build());
  }

  public JsonNode delete(String path) {
    return answer(call(path), request(path).DELETE().build());
  }

  LndStream getStream(String path) {
    return stream(call(path), request(path).GET().build());
  }

  LndStream postStream(String path, ObjectNode body) {
    return stream(path, request(path).POST(json(body)).build());
  }

  /** A path without its query: what a person is told. */
  private static String call(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(timeout).header("Grpc-Metadata-macaroon", macaroon);
  }

  private static HttpRequest.BodyPublisher json(ObjectNode body) {
    try {
      return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode answer(String call, HttpRequest request) {
    HttpResponse<byte[]> response = send(call, request,
        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    JsonNode answer = parse(call, response.body());
    if (response.statusCode() != 200) {
      throw new LndException(trouble(call, answer));
    }
    return answer;
  }

  private LndStream stream(String call, HttpRequest request) {
    HttpResponse<InputStream> response = send(call, request, BodyHandlers.ofInputStream());
    if (response.statusCode() == 200) {
      return new LndStream(this, call, response.body());
    }
    try (InputStream refusal = response.body()) {
      byte[] body = refusal.readNBytes(MAX_ANSWER_BYTES);
      throw new LndException(trouble(call, parse(call, body)));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** The request's own timeout ends with the head of the answer; this one ends with its last byte. */
  private <T> HttpResponse<T> send(String call, HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    CompletableFuture<HttpResponse<T>> sent = http.sendAsync(request, handler);
    try {
      return sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new LndException(new LndTrouble.Slow(address(), call, timeout.toMillis()), e);
    } catch (ExecutionException e) {
      throw failure(call, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new LndException(new LndTrouble.Unreachable(address(), "interrupted"), e);
    }
  }

  private LndException failure(String call, Throwable cause) {
    if (cause instanceof HttpTimeoutException) {
      return new LndException(new LndTrouble.Slow(address(), call, timeout.toMillis()), cause);
    }
    if (String.valueOf(cause.getMessage()).contains("body exceeds")) {
      return new LndException(
          new LndTrouble.Nonsense(address(), "its answer to " + call + " exceeds " + MAX_ANSWER_BYTES + " bytes"),
          cause);
    }
    return unreachable(cause);
  }

  LndException unreachable(Throwable cause) {
    if (PinnedCertificate.isMismatch(cause)) {
      return new LndException(new LndTrouble.CertificateChanged(address(), certificateFile), cause);
    }
    if (PinnedCertificate.isTls(cause)) {
      return new LndException(new LndTrouble.Nonsense(address(), "no TLS (" + words(cause.getMessage()) + ")"), cause);
    }
    String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new LndException(new LndTrouble.Unreachable(address(), words(why)), cause);
  }

  JsonNode parse(String call, byte[] body) {
    try {
      JsonNode answer = JSON.readTree(body);
      if (answer != null && answer.isObject()) {
        return answer;
      }
    } catch (IOException e) {
      // Told below.
    }
    throw new LndException(new LndTrouble.Nonsense(address(), "its answer to " + call + " is no JSON object"));
  }

  /** What LND's error means; single answers and streams wrap it differently, and so did older versions. */
  LndTrouble trouble(String call, JsonNode answer) {
    JsonNode error = answer.path("error").isObject() ? answer.path("error") : answer;
    String words = words(error.path("message").asText(error.path("error").asText("")));
    int code = error.path("code").asInt(error.path("grpc_code").asInt());
    if (words.contains("wallet locked")) {
      return new LndTrouble.Locked();
    }
    if (words.contains("wallet not created")) {
      return new LndTrouble.NoWallet();
    }
    if (words.contains("starting up") || words.contains("waiting to start")
        || words.contains("in the process of starting")) {
      return new LndTrouble.Starting();
    }
    if (words.contains("permission denied")) {
      return new LndTrouble.PermissionDenied(macaroonFile, call);
    }
    if (words.contains("macaroon") || words.contains("verification failed") || code == UNAUTHENTICATED) {
      return new LndTrouble.MacaroonRefused(macaroonFile, words);
    }
    if (words.isEmpty()) {
      return new LndTrouble.Nonsense(address(), "an error without a message on " + call);
    }
    return new LndTrouble.Refused(call, code, words);
  }

  /** Foreign words, fit for one line of ours. */
  private static String words(@Nullable String text) {
    String printable = String.valueOf(text).replaceAll("\\p{Cntrl}+", " ");
    return printable.length() <= MAX_WORDS ? printable : printable.substring(0, MAX_WORDS) + "…";
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
