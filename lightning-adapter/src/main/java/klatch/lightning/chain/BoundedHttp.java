package klatch.lightning.chain;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** HTTP calls that are bounded in size and time, from the first byte to the last, and follow no redirects. Thread-safe. */
final class BoundedHttp implements AutoCloseable {
  /** A block has 4 MB at most, 8 MB as hex; nothing longer is read. */
  private static final int MAX_ANSWER_BYTES = 8_200_000;
  private static final int MAX_WORDS = 200;

  private final String source;
  private final Duration timeout;
  private final HttpClient http;

  /** @param source in words, for what goes wrong */
  BoundedHttp(String source, Duration timeout) {
    this.source = source;
    this.timeout = timeout;
    this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout)
        .followRedirects(HttpClient.Redirect.NEVER).executor(Executors.newVirtualThreadPerTaskExecutor()).build();
  }

  HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(timeout);
  }

  /** @param call what is asked, in words */
  HttpResponse<byte[]> send(String call, HttpRequest request) {
    CompletableFuture<HttpResponse<byte[]>> sent = http.sendAsync(request,
        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    try {
      return sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new ChainTroubleException(new ChainTrouble.Slow(source, call, timeout), e);
    } catch (ExecutionException e) {
      throw failure(call, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new ChainTroubleException(new ChainTrouble.Unreachable(source, "interrupted"), e);
    }
  }

  private ChainTroubleException failure(String call, Throwable cause) {
    if (cause instanceof HttpTimeoutException) {
      return new ChainTroubleException(new ChainTrouble.Slow(source, call, timeout), cause);
    }
    if (String.valueOf(cause.getMessage()).contains("body exceeds")) {
      return new ChainTroubleException(new ChainTrouble.Nonsense(source,
          "its answer to " + call + " exceeds " + MAX_ANSWER_BYTES + " bytes"), cause);
    }
    String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new ChainTroubleException(new ChainTrouble.Unreachable(source, words(why)), cause);
  }

  /** Foreign words, fit for one line of ours. */
  static String words(@Nullable String text) {
    String printable = String.valueOf(text).strip().replaceAll("\\p{Cntrl}+", " ");
    return printable.length() <= MAX_WORDS ? printable : printable.substring(0, MAX_WORDS) + "…";
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
