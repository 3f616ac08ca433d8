package klatch.cli;

import java.net.URI;
import java.nio.file.Path;
import klatch.cli.node.NodeOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an LND is named on the command line. */
final class LndOptions {
  @Option(names = "--lnd-rest", paramLabel = "URL", description = "LND's REST interface (its restlisten), such as https://127.0.0.1:8080.")
  private @Nullable URI rest;

  @Option(names = "--macaroon", paramLabel = "FILE", description = "A macaroon of that LND; klatch doctor prints the command that bakes one with just the rights that are needed.")
  private @Nullable Path macaroon;

  @Option(names = "--cert", paramLabel = "FILE", description = "That LND's tls.cert: no other certificate is believed.")
  private @Nullable Path certificate;

  boolean given() {
    return rest != null || macaroon != null || certificate != null;
  }

  /** @throws IllegalArgumentException if one is missing */
  NodeOptions.Lnd required() {
    if (rest == null || macaroon == null || certificate == null) {
      throw new IllegalArgumentException("an LND needs --lnd-rest, --macaroon and --cert");
    }
    return new NodeOptions.Lnd(rest, certificate.toAbsolutePath(), macaroon.toAbsolutePath());
  }
}
