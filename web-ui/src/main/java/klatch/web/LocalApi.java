package klatch.web;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import klatch.web.wire.Browser;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/**
 * The node's HTTP API on this machine's loopback, docs/spec/local-api.md. Whoever holds the token may do everything that
 * the node's person may. Starts and stops once; requests run on virtual threads.
 */
public final class LocalApi implements AutoCloseable {
  /** Below this path everything needs the token. */
  static final String ROOT = "/api/v1";

  private final Server server;
  private final int port;
  private final Sessions sessions;
  private final Live live;

  private LocalApi(Server server, int port, Sessions sessions, Live live) {
    this.server = server;
    this.port = port;
    this.sessions = sessions;
    this.live = live;
  }

  /**
   * Starts to answer.
   *
   * @param port on loopback; 0 lets the system choose
   * @throws ApiPortException if the port cannot be had
   */
  public static LocalApi start(ApiParts parts, int port) {
    var sessions = new Sessions();
    var live = parts.live();
    var threads = new VirtualThreadPool();
    threads.setName("local-api");
    var server = new Server(threads);
    var connector = connector(server, port);
    server.setConnectors(new ServerConnector[]{connector});
    server.addBean(new NetworkConnectionLimit(Limits.CONNECTIONS, connector));
    var routes = parts.routes();
    routes.post("/pages/link", _ -> new Browser.Link(link(connector.getLocalPort(), sessions)));
    server.setHandler(new ApiHandler(routes, sessions, live));
    server.setStopTimeout(Limits.STOP.toMillis());
    try {
      server.start();
    } catch (Exception e) {
      live.close();
      stop(server);
      throw refused(port, e);
    }
    return new LocalApi(server, connector.getLocalPort(), sessions, live);
  }

  private static ServerConnector connector(Server server, int port) {
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(Limits.HEADER_BYTES);
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
    connector.setPort(port);
    connector.setIdleTimeout(Limits.IDLE.toMillis());
    connector.setShutdownIdleTimeout(Limits.GOODBYE.toMillis());
    return connector;
  }

  private static RuntimeException refused(int port, Exception cause) {
    for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
      if (reason instanceof BindException) {
        return new ApiPortException(port, "port " + port
            + " is taken by another program; choose another with --api-port, or 0 for any that is free", cause);
      }
    }
    return cause instanceof IOException
        ? new ApiPortException(port, "the local API cannot listen on port " + port + ": " + cause.getMessage(), cause)
        : new IllegalStateException("the local API cannot be set up", cause);
  }

  /** The API's root, such as {@code http://127.0.0.1:41233}. */
  public URI url() {
    return URI.create(root(port));
  }

  private static String root(int port) {
    return "http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
  }

  /** A link that opens the pages in one browser, once. What follows # is not sent to anybody and stays out of logs. */
  public URI link() {
    return URI.create(link(port, sessions));
  }

  private static String link(int port, Sessions sessions) {
    return root(port) + "/#/in/" + sessions.newCode();
  }

  /** What a client sends as {@code Authorization: Bearer …}; new at every start. */
  public String token() {
    return sessions.token();
  }

  @Override
  public void close() {
    live.close();
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the local API did not stop", e);
    }
  }
}
