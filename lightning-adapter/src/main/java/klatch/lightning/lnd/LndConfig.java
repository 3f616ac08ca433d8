package klatch.lightning.lnd;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import klatch.lightning.Network;

/**
 * How an LND is reached.
 *
 * @param rest         {@code https://host:port}, LND's {@code restlisten}
 * @param certificate  its {@code tls.cert}, PEM: the one certificate that is believed
 * @param macaroon     a macaroon file; {@link LndPermission} says which rights it needs
 * @param pollInterval how often the tip is asked for
 */
public record LndConfig(URI rest, Path certificate, Path macaroon, Network network, Duration pollInterval) {
  public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(1);
  private static final int MAX_PORT = 65_535;

  public LndConfig {
    boolean plain = rest.getPath() == null || rest.getPath().isEmpty() || rest.getPath().equals("/");
    if (!"https".equals(rest.getScheme()) || rest.getHost() == null || rest.getPort() < 1 || rest.getPort() > MAX_PORT
        || !plain || rest.getQuery() != null || rest.getUserInfo() != null) {
      throw new IllegalArgumentException("LND's address must look like https://127.0.0.1:8080, not " + rest);
    }
    if (pollInterval.isNegative() || pollInterval.isZero()) {
      throw new IllegalArgumentException("LND cannot be asked every " + pollInterval.toMillis() + " ms");
    }
  }

  public LndConfig(URI rest, Path certificate, Path macaroon, Network network) {
    this(rest, certificate, macaroon, network, DEFAULT_POLL_INTERVAL);
  }
}
