package klatch.lightning;

import java.net.URI;
import java.time.Duration;

/**
 * Where a bitcoind, or what speaks like one, answers JSON-RPC.
 *
 * @param url          plain http; beyond loopback it wants a tunnel, because the password travels with each call
 * @param pollInterval how often the tip is asked for
 */
public record ChainRpc(URI url, String user, String password, Duration pollInterval) {
  public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(1);
  private static final long MIN_POLL_MILLIS = 20;
  private static final long MAX_POLL_MILLIS = 600_000;

  public ChainRpc {
    if (!"http".equals(url.getScheme()) || url.getHost() == null || url.getPort() < 1) {
      throw new IllegalArgumentException("the chain's address must look like http://host:port/, not " + url);
    }
    if (pollInterval.toMillis() < MIN_POLL_MILLIS || pollInterval.toMillis() > MAX_POLL_MILLIS) {
      throw new IllegalArgumentException("the chain can be asked every " + MIN_POLL_MILLIS + ".." + MAX_POLL_MILLIS
          + " ms, not every " + pollInterval.toMillis());
    }
  }

  public ChainRpc(URI url, String user, String password) {
    this(url, user, password, DEFAULT_POLL_INTERVAL);
  }

  @Override
  public String toString() {
    return url + " as " + user;
  }
}
