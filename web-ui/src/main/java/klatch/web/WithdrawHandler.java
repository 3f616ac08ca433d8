package klatch.web;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import klatch.commitments.Deposits;
import klatch.commitments.LightningException;
import klatch.commitments.Preimage;
import klatch.commitments.WithdrawResult;
import klatch.commitments.Withdrawable;
import klatch.commitments.journal.CommitException;
import klatch.log.StoreException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service's side of LUD-03. Whoever has a code's secret may withdraw; whoever has none learns nothing, and cannot ask
 * often.
 */
final class WithdrawHandler extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(WithdrawHandler.class);

  /** From everybody together: looking a code up takes a look at every event that is being paid out. */
  static final int MOST_IN_A_SPAN = 200;
  static final Duration SPAN = Duration.ofSeconds(10);

  private static final String SECRET = "[0-9a-f]{64}";
  private static final String PAY = WithdrawListener.ROOT + "/pay";
  private static final String NOTHING = "this code gives nothing, or nothing any more";
  private static final int TITLE_CHARS = 100;

  private final Supplier<ApiParts.MoneyState> money;
  private final RateLimit limit = new RateLimit(MOST_IN_A_SPAN, MOST_IN_A_SPAN, SPAN);
  private volatile @Nullable String publicUrl;

  /** The answer of LUD-03 to a wallet that asks what there is. */
  private record Offer(String tag, String callback, String k1, String defaultDescription, long minWithdrawable,
      long maxWithdrawable) {}

  private record Status(String status, @Nullable String reason) {
    static Status error(String reason) {
      return new Status("ERROR", reason);
    }
  }

  WithdrawHandler(Supplier<ApiParts.MoneyState> money) {
    this.money = money;
  }

  void reachedAt(String url) {
    publicUrl = url;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Object answer;
    try {
      answer = request.getMethod().equals("GET") ? answer(request) : Status.error("only GET is answered");
    } catch (LightningException | StoreException | CommitException e) {
      LOG.warn("a withdrawal has to wait: {}", e.getMessage());
      answer = Status.error("this cannot be done now, try again in a minute");
    } catch (RuntimeException e) {
      LOG.error("a withdrawal failed by a fault of the node", e);
      answer = Status.error("a fault of the node's own");
    }
    response.setStatus(200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap(Json.bytes(answer)), callback);
    return true;
  }

  private Object answer(Request request) {
    String path = Request.getPathInContext(request);
    String url = publicUrl;
    if (url == null || !(money.get() instanceof ApiParts.MoneyState.Running(var running))) {
      return Status.error("the node is still starting, try again in a minute");
    }
    if (!limit.allows("everybody")) {
      return Status.error("too many requests, try again in " + SPAN.toSeconds() + " seconds");
    }
    if (path.equals(PAY)) {
      return pay(request, running.deposits());
    }
    String secret = path.startsWith(WithdrawListener.ROOT + "/")
        ? path.substring(WithdrawListener.ROOT.length() + 1)
        : "";
    if (!secret.matches(SECRET)) {
      return Status.error(NOTHING);
    }
    return running.deposits().withdrawable(Preimage.parse(secret)).<Object>map(what -> offer(url, secret, what))
        .orElseGet(() -> Status.error(NOTHING));
  }

  private static Offer offer(String url, String secret, Withdrawable what) {
    String title = what.title().length() <= TITLE_CHARS ? what.title() : what.title().substring(0, TITLE_CHARS) + "…";
    return new Offer("withdrawRequest", url + "/pay", secret, "Klatch payout: " + title, what.amount().value(),
        what.amount().value());
  }

  private static Status pay(Request request, Deposits deposits) {
    Map<String, List<String>> query = query(request);
    List<String> k1 = query.getOrDefault("k1", List.of());
    List<String> pr = query.getOrDefault("pr", List.of());
    if (k1.size() != 1 || pr.size() != 1 || !k1.getFirst().matches(SECRET)) {
      return Status.error("a wallet sends k1 as it was told, and one invoice as pr");
    }
    return switch (deposits.withdraw(Preimage.parse(k1.getFirst()), pr.getFirst().strip())) {
      case WithdrawResult.Accepted _ -> new Status("OK", null);
      case WithdrawResult.Refused(var reason) -> Status.error(reason);
    };
  }

  private static Map<String, List<String>> query(Request request) {
    try {
      Fields fields = Request.extractQueryParameters(request);
      return fields.toMultiMap();
    } catch (IllegalArgumentException e) {
      return Map.of();
    }
  }
}
