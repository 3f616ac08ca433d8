package klatch.web;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import klatch.web.wire.Browser;

/**
 * The node's HTTP API on this machine's loopback, docs/spec/local-api.md. Whoever holds the token may do everything that
 * the node's person may. Starts and stops once; requests run on virtual threads.
 */
public final class LocalApi implements AutoCloseable {
  /** Below this path everything needs the token. */
  static final String ROOT = "/api/v1";

  private static final HttpListener.Purpose PURPOSE = new HttpListener.Purpose("local-api", Limits.CONNECTIONS,
      Limits.IDLE, "--api-port, or 0 for any that is free");

  private final HttpListener listener;
  private final Sessions sessions;
  private final Live live;
  private final GuestListeners guests;
  private final Following following;
  private final NoticeBoard board;

  private LocalApi(HttpListener listener, Sessions sessions, Live live, GuestListeners guests, Following following,
      NoticeBoard board) {
    this.listener = listener;
    this.sessions = sessions;
    this.live = live;
    this.guests = guests;
    this.following = following;
    this.board = board;
  }

  /**
   * Starts to answer.
   *
   * @param port on loopback; 0 lets the system choose
   * @throws ApiPortException if the port cannot be had
   */
  public static LocalApi start(ApiParts parts, int port) {
    var sessions = new Sessions();
    var board = parts.board();
    var live = parts.live(board);
    var guests = parts.guests();
    var listener = HttpListener.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PURPOSE);
    var following = parts.following();
    var routes = parts.routes(guests, following, board);
    var feeds = parts.feeds(() -> root(listener.port()));
    feeds.addTo(routes);
    routes.post("/pages/link", _ -> new Browser.Link(link(listener.port(), sessions)));
    try {
      listener.answer(new ApiHandler(routes, sessions, live, feeds));
    } catch (RuntimeException e) {
      following.close();
      live.close();
      board.close();
      throw e;
    }
    return new LocalApi(listener, sessions, live, guests, following, board);
  }

  /** The API's root, such as {@code http://127.0.0.1:41233}. */
  public URI url() {
    return URI.create(root(listener.port()));
  }

  private static String root(int port) {
    return "http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
  }

  /** A link that opens the pages in one browser, once. What follows # is not sent to anybody and stays out of logs. */
  public URI link() {
    return URI.create(link(listener.port(), sessions));
  }

  private static String link(int port, Sessions sessions) {
    return root(port) + "/#/in/" + sessions.newCode();
  }

  /** Lets in whoever brings this code, once; it was handed out by the node that ran here before. */
  public void expect(String code) {
    sessions.expect(code);
  }

  /** What a client sends as {@code Authorization: Bearer …}; new at every start. */
  public String token() {
    return sessions.token();
  }

  @Override
  public void close() {
    guests.close();
    following.close();
    live.close();
    listener.close();
    board.close();
  }
}
