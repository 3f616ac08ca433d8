package klatch.web;

import java.util.Locale;
import java.util.Set;
import java.time.Duration;
import klatch.meetup.checkin.DoorCode;
import klatch.web.wire.ErrorReply;
import klatch.web.wire.PublicCode;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers phones on the venue's network: the guests' page, whatever door's code its address ends with, and the few
 * routes behind it. There is nothing to steal here that a page of another site could reach: no cookie, no token.
 */
final class GuestHandler extends Handler.Abstract {
  /** A wish with an answer to every question. */
  static final int BODY_BYTES = 16 * 1024;
  /** A page asks every few seconds; a room has some hundred phones, which may all come by one address. */
  private static final int MOST_IN_A_SPAN = 2_000;
  private static final int MOST_OF_ONE = 300;
  private static final Duration SPAN = Duration.ofSeconds(10);
  private static final Set<String> READING = Set.of("GET", "HEAD");

  private final Routes routes;
  private final Pages pages = Pages.ofGuests();
  private final RateLimit limit = new RateLimit(MOST_IN_A_SPAN, MOST_OF_ONE, SPAN);

  GuestHandler(Routes routes) {
    this.routes = routes;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      if (!limit.allows(Request.getRemoteAddr(request))) {
        throw new PublicException(PublicCode.UNAVAILABLE, "too many requests: try again in " + SPAN.toSeconds() + " s");
      }
      var path = page(Request.getPathInContext(request));
      if (pages.has(path) && READING.contains(request.getMethod())) {
        pages.answer(request, path, response, callback);
      } else {
        ApiHandler.write(response, callback, answer(request, path));
      }
    } catch (Exception e) {
      var error = Faults.of(e);
      ApiHandler.write(response, callback, error.code().httpStatus(),
          Json.bytes(ErrorReply.of(error.code(), error.message(), error.reason())));
    }
    return true;
  }

  private Object answer(Request request, String path) throws java.io.IOException {
    if (!path.startsWith(LocalApi.ROOT + "/")) {
      throw PublicException.notFound("there is nothing here but the page of one event");
    }
    return routes.answer(request.getMethod(), path.substring(LocalApi.ROOT.length()),
        ApiHandler.body(request, BODY_BYTES));
  }

  /** A phone's own camera opens the address in a door's code; the page reads the code from it. */
  private static String page(String path) {
    return path.toUpperCase(Locale.ROOT).startsWith("/" + DoorCode.PREFIX) ? "/" : path;
  }
}
