package klatch.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import klatch.cli.node.NodeOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the source of the chain is named on the command line. */
final class ChainOptions {
  @Option(names = "--bitcoind-url", paramLabel = "URL", description = "The JSON-RPC of a bitcoind, such as http://127.0.0.1:18443. Without it and without --esplora a node runs without Lightning.")
  private @Nullable URI bitcoindUrl;

  @Option(names = "--bitcoind-user", paramLabel = "USER", description = "Its user.")
  private @Nullable String bitcoindUser;

  @Option(names = "--bitcoind-password", paramLabel = "PASSWORD", description = "Its password. Better from env KLATCH_BITCOIND_PASSWORD, which other users of the machine cannot see.", defaultValue = "${env:KLATCH_BITCOIND_PASSWORD}")
  private @Nullable String bitcoindPassword;

  @Option(names = "--bitcoind-cookie", paramLabel = "FILE", description = "Its .cookie file, instead of user and password.")
  private @Nullable Path bitcoindCookie;

  @Option(names = "--bitcoind-zmq", paramLabel = "URL", description = "Its zmqpubhashblock, such as tcp://127.0.0.1:28332: new blocks are then seen at once, and not with the next poll.")
  private @Nullable URI bitcoindZmq;

  @Option(names = "--esplora", paramLabel = "URL", description = "Instead of a bitcoind: an Esplora server, such as https://mempool.space/signet/api. It is not believed but checked; it sees what you send.")
  private @Nullable URI esplora;

  /**
   * Empty if none is named.
   *
   * @throws IllegalArgumentException if what is named does not fit together
   */
  Optional<NodeOptions.Blocks> blocks() {
    var bitcoind = bitcoind();
    if (esplora == null) {
      return bitcoind.map(known -> known);
    }
    if (bitcoind.isPresent()) {
      throw new IllegalArgumentException("give either --bitcoind-url or --esplora, not both");
    }
    return Optional.of(new NodeOptions.Esplora(esplora));
  }

  private Optional<NodeOptions.Bitcoind> bitcoind() {
    var user = present(bitcoindUser);
    var password = present(bitcoindPassword);
    if (bitcoindUrl == null) {
      if (user.isPresent() || bitcoindCookie != null || bitcoindZmq != null) {
        throw new IllegalArgumentException("a login for bitcoind, or its notices, needs --bitcoind-url");
      }
      return Optional.empty();
    }
    if (bitcoindCookie != null) {
      if (user.isPresent()) {
        throw new IllegalArgumentException("give either --bitcoind-cookie or --bitcoind-user, not both");
      }
      return Optional.of(bitcoind(bitcoindUrl, new NodeOptions.Login.Cookie(bitcoindCookie)));
    }
    if (user.isEmpty() || password.isEmpty()) {
      throw new IllegalArgumentException(
          "--bitcoind-url needs --bitcoind-user and --bitcoind-password, or --bitcoind-cookie");
    }
    return Optional.of(bitcoind(bitcoindUrl, new NodeOptions.Login.Password(user.get(), password.get())));
  }

  private NodeOptions.Bitcoind bitcoind(URI url, NodeOptions.Login login) {
    return new NodeOptions.Bitcoind(url, login, Optional.ofNullable(bitcoindZmq));
  }

  /** An unset environment variable reaches us as an empty text. */
  private static Optional<String> present(@Nullable String text) {
    return Optional.ofNullable(text).filter(given -> !given.isBlank());
  }
}
