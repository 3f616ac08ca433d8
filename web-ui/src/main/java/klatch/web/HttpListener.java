package klatch.web;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** One address that answers by HTTP/1.1, on virtual threads, within bounds. */
final class HttpListener implements AutoCloseable {
  private final Server server;
  private final ServerConnector connector;
  private final Purpose purpose;

  private HttpListener(Server server, ServerConnector connector, Purpose purpose) {
    this.server = server;
    this.connector = connector;
    this.purpose = purpose;
  }

  /**
   * What a listener is for.
   *
   * @param name        of its threads, and in messages
   * @param connections at once, idle ones included
   * @param idle        a client that says nothing for so long is cut off
   * @param option      by which its owner gives it another address
   */
  record Purpose(String name, int connections, Duration idle, String option) {}

  /**
   * Binds the address; nothing is answered before {@link #answer}.
   *
   * @param address resolved or not; port 0 lets the system choose
   */
  static HttpListener at(InetSocketAddress address, Purpose purpose) {
    var threads = new VirtualThreadPool();
    threads.setName(purpose.name());
    var server = new Server(threads);
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(Limits.HEADER_BYTES);
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(purpose.idle().toMillis());
    connector.setShutdownIdleTimeout(Limits.GOODBYE.toMillis());
    server.setConnectors(new ServerConnector[]{connector});
    server.addBean(new NetworkConnectionLimit(purpose.connections(), connector));
    server.setStopTimeout(Limits.STOP.toMillis());
    return new HttpListener(server, connector, purpose);
  }

  /**
   * Starts to answer.
   *
   * @throws ApiPortException if the address cannot be had
   */
  HttpListener answer(Handler handler) {
    server.setHandler(handler);
    try {
      server.start();
      return this;
    } catch (Exception e) {
      close();
      throw refused(e);
    }
  }

  private RuntimeException refused(Exception cause) {
    int port = connector.getPort();
    for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
      // Jetty wraps it, and the outer one does not say what is wrong.
      if (reason instanceof BindException || (reason instanceof IOException && reason.getCause() == null)) {
        boolean taken = String.valueOf(reason.getMessage()).contains("in use");
        return new ApiPortException(port, purpose.name() + ": "
            + (taken
                ? "port " + port + " is taken by another program"
                : connector.getHost() + ":" + port + " cannot be listened on: " + reason.getMessage())
            + "; choose another with " + purpose.option(), cause);
      }
    }
    return new IllegalStateException(purpose.name() + " cannot be set up", cause);
  }

  /** The port that it has taken. */
  int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("a listener did not stop", e);
    }
  }
}
