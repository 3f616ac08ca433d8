package klatch.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import klatch.web.wire.Browser;
import klatch.web.wire.ErrorReply;
import klatch.web.wire.PublicCode;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets in only who may: asked for by a name of this machine (a page of another site that rebinds its own name to loopback
 * sends its own name), not from a page of another site, with a token, within the bounds. Then hands the request to its
 * route and writes the answer.
 */
final class ApiHandler extends Handler.Abstract {
  private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
  private static final Set<String> READING = Set.of("GET", "HEAD");
  private static final String BEARER = "Bearer ";
  /** Where a browser brings its code: the one route without a token. */
  private static final String SESSION = "/session";
  private static final String LIVE = "/live";

  private final Routes routes;
  private final Sessions sessions;
  private final Live live;
  private final Feeds feeds;
  private final Pages pages = new Pages();
  private final Semaphore running = new Semaphore(Limits.CONCURRENT_REQUESTS);

  ApiHandler(Routes routes, Sessions sessions, Live live, Feeds feeds) {
    this.routes = routes;
    this.sessions = sessions;
    this.live = live;
    this.feeds = feeds;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      var host = checkName(request);
      var path = Request.getPathInContext(request);
      if (pages.has(path) && READING.contains(request.getMethod())) {
        pages.answer(request, path, response, callback);
        return true;
      }
      if (feeds.has(path) && READING.contains(request.getMethod())) {
        feeds.answer(request, path, response, callback);
        return true;
      }
      checkOrigin(request, host);
      if (path.equals(LocalApi.ROOT + LIVE) && request.getMethod().equals("GET")) {
        checkToken(request);
        live.tell(response);
        callback.succeeded();
      } else {
        write(response, callback, answer(request, path));
      }
    } catch (Exception e) {
      if (response.isCommitted()) {
        callback.failed(e); // A page that listened has gone.
      } else {
        var error = Faults.of(e);
        write(response, callback, error.code().httpStatus(),
            Json.bytes(ErrorReply.of(error.code(), error.message(), error.reason())));
      }
    }
    return true;
  }

  private Object answer(Request request, String path) throws IOException {
    if (!path.startsWith(LocalApi.ROOT + "/")) {
      throw PublicException.notFound("there is no " + path + " here; the API is below " + LocalApi.ROOT);
    }
    if (!running.tryAcquire()) {
      throw new PublicException(PublicCode.UNAVAILABLE,
          "more than " + Limits.CONCURRENT_REQUESTS + " requests at once; try again");
    }
    try {
      var route = path.substring(LocalApi.ROOT.length());
      if (route.equals(SESSION) && request.getMethod().equals("POST")) {
        return enter(new Call(java.util.Map.of(), body(request, Limits.BODY_BYTES)));
      }
      checkToken(request);
      return routes.answer(request.getMethod(), route, body(request, Limits.BODY_BYTES));
    } finally {
      running.release();
    }
  }

  private Browser.Entered enter(Call call) {
    var code = Call.required(call.read(Browser.Enter.class).code(), "code");
    return new Browser.Entered(sessions.enter(code).orElseThrow(() -> new PublicException(PublicCode.UNAUTHORIZED,
        "this link was used already or is too old; klatch open makes a new one")));
  }

  private static String checkName(Request request) {
    var host = request.getHeaders().get(HttpHeader.HOST);
    if (host == null || !OWN_NAMES.contains(withoutPort(host).toLowerCase(Locale.ROOT))) {
      throw new PublicException(PublicCode.FORBIDDEN, "ask for this API as 127.0.0.1 or localhost");
    }
    return host;
  }

  /** A browser names the page that asks; a command names none. */
  private static void checkOrigin(Request request, String host) {
    var origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
      throw new PublicException(PublicCode.FORBIDDEN, "a page of " + Faults.cut(origin) + " may not ask this API");
    }
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  private void checkToken(Request request) {
    var given = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    if (given == null || !given.startsWith(BEARER)) {
      throw new PublicException(PublicCode.UNAUTHORIZED,
          "no token: send Authorization: Bearer with the token from the node's api.json");
    }
    if (!sessions.knows(given.substring(BEARER.length()))) {
      throw new PublicException(PublicCode.UNAUTHORIZED, "wrong token: it is new at every start of the node");
    }
  }

  static byte[] body(Request request, int most) throws IOException {
    long length = request.getLength();
    try (var in = Content.Source.asInputStream(request)) {
      var body = in.readNBytes(most + 1);
      if (body.length > most) {
        in.readNBytes(Limits.DISCARDED_BYTES);
        throw PublicException.invalid((length < 0 ? "the body has" : "the body has " + length + " bytes,")
            + " more than the allowed " + most + " bytes");
      }
      return body;
    }
  }

  static void write(Response response, Callback callback, Object answer) {
    if (answer instanceof FileAnswer file) {
      file.head(response);
      response.write(true, ByteBuffer.wrap(file.bytes()), callback);
    } else {
      write(response, callback, 200, Json.bytes(answer));
    }
  }

  static void write(Response response, Callback callback, int status, byte[] body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap(body), callback);
  }
}
