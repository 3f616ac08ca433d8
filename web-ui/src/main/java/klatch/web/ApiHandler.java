package klatch.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
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
 * sends its own name), with the token, within the bounds. Then hands the request to its route and writes the answer.
 */
final class ApiHandler extends Handler.Abstract {
  private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
  private static final String BEARER = "Bearer ";
  private static final String ABOUT = "This is the local API of a Klatch node, for its owner's commands and pages.\n";

  private final Routes routes;
  private final byte[] token;
  private final Semaphore running = new Semaphore(Limits.CONCURRENT_REQUESTS);

  ApiHandler(Routes routes, String token) {
    this.routes = routes;
    this.token = token.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      checkName(request);
      var path = Request.getPathInContext(request);
      if (path.equals("/")) {
        write(response, callback, 200, "text/plain; charset=utf-8", ABOUT.getBytes(StandardCharsets.UTF_8));
      } else {
        write(response, callback, 200, "application/json", Json.bytes(answer(request, path)));
      }
    } catch (Exception e) {
      var error = Faults.of(e);
      write(response, callback, error.code().httpStatus(), "application/json",
          Json.bytes(ErrorReply.of(error.code(), error.message())));
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
      checkToken(request);
      return routes.answer(request.getMethod(), path.substring(LocalApi.ROOT.length()), body(request));
    } finally {
      running.release();
    }
  }

  private static void checkName(Request request) {
    var host = request.getHeaders().get(HttpHeader.HOST);
    if (host == null || !OWN_NAMES.contains(withoutPort(host).toLowerCase(Locale.ROOT))) {
      throw new PublicException(PublicCode.FORBIDDEN, "ask for this API as 127.0.0.1 or localhost");
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
    var sent = given.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(sent, token)) {
      throw new PublicException(PublicCode.UNAUTHORIZED, "wrong token: it is new at every start of the node");
    }
  }

  private static byte[] body(Request request) throws IOException {
    long length = request.getLength();
    try (var in = Content.Source.asInputStream(request)) {
      var body = in.readNBytes(Limits.BODY_BYTES + 1);
      if (body.length > Limits.BODY_BYTES) {
        in.readNBytes(Limits.DISCARDED_BYTES);
        throw PublicException.invalid((length < 0 ? "the body has" : "the body has " + length + " bytes,")
            + " more than the allowed " + Limits.BODY_BYTES + " bytes");
      }
      return body;
    }
  }

  private static void write(Response response, Callback callback, int status, String type, byte[] body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap(body), callback);
  }
}
