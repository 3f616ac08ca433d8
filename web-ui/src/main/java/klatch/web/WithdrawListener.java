package klatch.web;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Where strangers' wallets withdraw payouts by their codes (LUD-03), docs/spec/local-api.md. Nothing else of the node is
 * reachable here.
 */
public final class WithdrawListener implements AutoCloseable {
  /** Below this path everything is. */
  static final String ROOT = "/withdraw";

  /** A room full of phones. */
  private static final int CONNECTIONS = 128;
  private static final Duration IDLE = Duration.ofSeconds(10);

  private static final HttpListener.Purpose PURPOSE = new HttpListener.Purpose("withdrawals", CONNECTIONS, IDLE,
      "--withdraw-listen");

  private final HttpListener listener;
  private final String host;
  private final WithdrawHandler handler;

  private WithdrawListener(HttpListener listener, String host, WithdrawHandler handler) {
    this.listener = listener;
    this.host = host;
    this.handler = handler;
  }

  /**
   * Starts to answer.
   *
   * @param address resolved or not; port 0 lets the system choose
   * @throws ApiPortException if the address cannot be had
   */
  public static WithdrawListener start(Supplier<ApiParts.MoneyState> money, InetSocketAddress address) {
    var handler = new WithdrawHandler(money);
    return new WithdrawListener(HttpListener.at(address, PURPOSE).answer(handler), address.getHostString(),
        handler);
  }

  /** Where it listens, as a URL that works on this machine. */
  public URI localUrl() {
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + listener.port()
        + ROOT);
  }

  /** Says where wallets reach it from outside; until then it answers nobody. */
  public void reachedAt(String url) {
    handler.reachedAt(url);
  }

  @Override
  public void close() {
    listener.close();
  }
}
