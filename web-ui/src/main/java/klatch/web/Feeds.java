package klatch.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Supplier;
import klatch.meetup.MemberProfile;
import klatch.web.wire.Exports;
import klatch.web.wire.PublicCode;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * This person's events for calendar programs, which cannot send a token: each has an address of its own with a secret in
 * it, good for reading the calendar and nothing else, until it is revoked.
 */
final class Feeds {
  /** What the paths of all feeds begin with. */
  static final String ROOT = "/feed/";
  private static final String ENDING = ".ics";
  private static final int SECRET_BYTES = 32;
  private static final int TAG_DIGITS = 32;
  /** Programs ask every few minutes at most; more is a guess, or a program gone wrong. */
  private static final int MOST_IN_A_SPAN = 60;
  private static final Duration SPAN = Duration.ofSeconds(10);

  private final Notes notes;
  private final Supplier<String> calendar;
  private final Supplier<String> root;
  private final InstantSource clock;
  private final RateLimit limit = new RateLimit(MOST_IN_A_SPAN, MOST_IN_A_SPAN, SPAN);
  private final SecureRandom random = new SecureRandom();

  /**
   * @param calendar this person's events as an iCalendar file
   * @param root     the API's own address
   */
  Feeds(Notes notes, Supplier<String> calendar, Supplier<String> root, InstantSource clock) {
    this.notes = notes;
    this.calendar = calendar;
    this.root = root;
    this.clock = clock;
  }

  void addTo(Routes routes) {
    routes.get("/feeds", _ -> list());
    routes.post("/feeds", this::make);
    routes.post("/feeds/{id}/revoke", this::revoke);
  }

  private Exports.FeedList list() {
    return new Exports.FeedList(notes.feeds().entrySet().stream().map(feed -> new Exports.Feed(feed.getKey(),
        feed.getValue().name(), feed.getValue().madeAtMillis(), null)).toList());
  }

  private Exports.Feed make(Call call) {
    var name = new MemberProfile(Call.required(call.read(Exports.MakeFeed.class).name(), "name").strip()).nickname();
    var bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    var secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    var feed = new Notes.Feed(name, hash(secret), clock.millis());
    return new Exports.Feed(notes.add(feed), name, feed.madeAtMillis(), root.get() + ROOT + secret + ENDING);
  }

  private Exports.FeedList revoke(Call call) {
    if (!notes.revoke(call.path("id"))) {
      throw PublicException.notFound("there is no feed " + Faults.cut(call.path("id")));
    }
    return list();
  }

  boolean has(String path) {
    return path.startsWith(ROOT);
  }

  /** Answers GET and HEAD of a path that {@link #has} knows. A wrong secret and a revoked one are nothing at all. */
  void answer(Request request, String path, Response response, Callback callback) {
    if (!limit.allows(Request.getRemoteAddr(request))) {
      throw new PublicException(PublicCode.UNAVAILABLE, "too many requests: try again in " + SPAN.toSeconds() + " s");
    }
    if (!path.endsWith(ENDING) || !knows(path.substring(ROOT.length(), path.length() - ENDING.length()))) {
      throw PublicException.notFound("there is no such feed (any more)");
    }
    var ics = calendar.get().getBytes(StandardCharsets.UTF_8);
    var tag = "\"" + HexFormat.of().formatHex(sha256(ics)).substring(0, TAG_DIGITS) + "\"";
    var headers = response.getHeaders();
    headers.put(HttpHeader.ETAG, tag);
    headers.put(HttpHeader.CACHE_CONTROL, "private, no-cache");
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Referrer-Policy", "no-referrer");
    if (tag.equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
      response.setStatus(304);
      response.write(true, ByteBuffer.allocate(0), callback);
      return;
    }
    headers.put(HttpHeader.CONTENT_TYPE, "text/calendar; charset=utf-8");
    headers.put(HttpHeader.CONTENT_LENGTH, ics.length);
    response.setStatus(200);
    boolean head = request.getMethod().equals("HEAD");
    response.write(true, head ? ByteBuffer.allocate(0) : ByteBuffer.wrap(ics), callback);
  }

  private boolean knows(String secret) {
    var asked = hash(secret).getBytes(StandardCharsets.US_ASCII);
    boolean known = false;
    for (var feed : notes.feeds().values()) {
      known |= MessageDigest.isEqual(asked, feed.hash().getBytes(StandardCharsets.US_ASCII));
    }
    return known;
  }

  private static String hash(String secret) {
    return HexFormat.of().formatHex(sha256(secret.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
