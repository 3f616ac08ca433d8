package klatch.web;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/**
 * Where strangers' wallets withdraw payouts by their codes (LUD-03), docs/spec/local-api.md. Nothing else of the node is
 * reachable here.
 */
public final class WithdrawListener implements AutoCloseable {
  /** Below this path everything is. */
  static final String ROOT = "/withdraw";

  /** A room full of phones. */
  private static final int CONNECTIONS = 128;
  /** The request line holds an invoice. */
  private static final int HEADER_BYTES = 8 * 1024;
  private static final Duration IDLE = Duration.ofSeconds(10);

  private final Server server;
  private final ServerConnector connector;
  private final WithdrawHandler handler;

  private WithdrawListener(Server server, ServerConnector connector, WithdrawHandler handler) {
    this.server = server;
    this.connector = connector;
    this.handler = handler;
  }

  /**
   * Starts to answer.
   *
   * @param address resolved or not; port 0 lets the system choose
   * @throws ApiPortException if the address cannot be had
   */
  public static WithdrawListener start(Supplier<ApiParts.MoneyState> money, InetSocketAddress address) {
    var threads = new VirtualThreadPool();
    threads.setName("withdraw");
    var server = new Server(threads);
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE.toMillis());
    connector.setShutdownIdleTimeout(Limits.GOODBYE.toMillis());
    server.setConnectors(new ServerConnector[]{connector});
    server.addBean(new NetworkConnectionLimit(CONNECTIONS, connector));
    var handler = new WithdrawHandler(money);
    server.setHandler(handler);
    server.setStopTimeout(Limits.STOP.toMillis());
    var listener = new WithdrawListener(server, connector, handler);
    try {
      server.start();
    } catch (Exception e) {
      listener.close();
      throw refused(address, e);
    }
    return listener;
  }

  private static RuntimeException refused(InetSocketAddress address, Exception cause) {
    for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
      if (reason instanceof BindException || reason instanceof IOException) {
        return new ApiPortException(address.getPort(), "withdrawals cannot be served at " + address.getHostString()
            + ":" + address.getPort() + ": " + reason.getMessage() + "; choose another with --withdraw-listen", cause);
      }
    }
    return new IllegalStateException("the listener for withdrawals cannot be set up", cause);
  }

  /** Where it listens, as a URL that works on this machine. */
  public URI localUrl() {
    var host = connector.getHost();
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + connector.getLocalPort()
        + ROOT);
  }

  /** Says where wallets reach it from outside; until then it answers nobody. */
  public void reachedAt(String url) {
    handler.reachedAt(url);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the listener for withdrawals did not stop", e);
    }
  }
}
