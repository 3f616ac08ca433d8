package klatch.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import klatch.cli.node.NodeFailedException;
import klatch.cli.node.NodeOptions;
import klatch.cli.node.RunningNode;
import klatch.cli.terminal.CommonOptions;
import klatch.cli.terminal.DesktopBrowser;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Json;
import klatch.lightning.AnchorReserve;
import klatch.lightning.Network;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code klatch up}: runs this person's node until it is stopped. */
@Command(name = "up", description = "Run your node until you stop it (Ctrl-C).", sortOptions = false)
final class Up implements Callable<Integer> {
  private static final List<String> MAINNET_LIMITS = List.of(
      "The program is young, and nobody outside has audited it: put in no more than you can lose.",
      "Leave the node running. One that is away for more than a day can miss a deadline, or a peer that cheats.",
      "Never put back an old copy of the data directory: a peer would take the whole channel. Use klatch wallet restore.",
      "Leave " + AnchorReserve.SAT_PER_CHANNEL
          + " sat in the wallet for each channel: closing one may need them for its fee.",
      "When fees are high, a forced close can cost more than a small deposit; below about 1,000 sat one can be lost to fees.",
      "A deposit is held for at most three days before it is decided; while it is, the organiser's node can take it.");

  private final RunningNode.Starter starter;

  @Spec
  CommandSpec spec;

  @Mixin
  CommonOptions common;

  @Option(names = "--db", paramLabel = "JDBC_URL", description = "An external PostgreSQL (default: an embedded one under the data directory). Also from env KLATCH_DB.", defaultValue = "${env:KLATCH_DB}")
  @Nullable
  String jdbcUrl;

  @Option(names = "--schema-prefix", paramLabel = "PREFIX", defaultValue = "", description = "Put before every schema's name, so that several nodes can share one server.")
  String schemaPrefix;

  @Option(names = "--network", paramLabel = "NETWORK", defaultValue = "regtest", converter = NetworkConverter.class, description = "regtest, signet, or mainnet: real money only if it is spelled out (default: ${DEFAULT-VALUE}).")
  Network network;

  @Mixin
  ChainOptions chain;

  @Option(names = "--rapid-gossip", paramLabel = "URL", description = "Where to get the network's channels at once, such as https://rapidsync.lightningdevkit.org/snapshot (default: from Lightning peers, little by little).")
  @Nullable
  URI rapidGossip;

  @Option(names = "--lightning", paramLabel = "KIND", defaultValue = "ldk", description = "Where deposits lie: ldk, the embedded node, or lnd, one that you run (default: ${DEFAULT-VALUE}).")
  LightningKind lightning;

  @Mixin
  LndOptions lnd;

  @Option(names = "--listen", paramLabel = "MULTIADDR", arity = "1..*", defaultValue = "/ip4/0.0.0.0/tcp/7440", description = "Where to listen for peers (default: ${DEFAULT-VALUE}).")
  List<String> listen;

  @Option(names = "--lightning-port", paramLabel = "PORT", defaultValue = "0", description = "Where to listen for Lightning peers (default: one that is free).")
  int lightningPort;

  @Option(names = "--api-port", paramLabel = "PORT", defaultValue = "0", description = "Where the local API listens on loopback (default: one that is free).")
  int apiPort;

  @Option(names = "--withdraw-listen", paramLabel = "HOST:PORT", description = "Where wallets withdraw payouts by code (default: nowhere).")
  @Nullable
  String withdrawListen;

  @Option(names = "--withdraw-url", paramLabel = "URL", description = "How wallets reach that from outside, as https://klatch.example/withdraw.")
  @Nullable
  String withdrawUrl;

  @Option(names = "--nickname", paramLabel = "NAME", description = "The name that others see.")
  @Nullable
  String nickname;

  @Option(names = "--no-browser", description = "Print the link to the pages and open no browser.")
  boolean noBrowser;

  @Option(names = "--clock-file", paramLabel = "FILE", description = "regtest only: a file with an offset in milliseconds for the node's clock, for rehearsals.")
  @Nullable
  Path clockFile;

  Up(RunningNode.Starter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<NodeOptions> next = Optional.of(options());
    Optional<String> failure = Optional.empty();
    while (next.isPresent()) {
      var options = next.get();
      try (var node = starter.start(options)) {
        announce(options, node);
        node.awaitStop();
        failure = node.failure();
        next = node.again();
      }
    }
    if (failure.isPresent()) {
      throw new NodeFailedException("the node has stopped: " + failure.get()
          + ". Nothing that was stored is lost; make room and start it again");
    }
    return ExitCode.OK;
  }

  /** What was typed, checked. */
  NodeOptions options() {
    try {
      return new NodeOptions(common.dataDir(), new NodeOptions.Storage(present(jdbcUrl), schemaPrefix),
          new NodeOptions.Chain(network, chain.blocks(), lnd(), Optional.ofNullable(rapidGossip)),
          new NodeOptions.Ports(listen, lightningPort, apiPort), present(nickname),
          Optional.ofNullable(clockFile).map(Path::toAbsolutePath), withdraw());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Optional<NodeOptions.Withdraw> withdraw() {
    if (withdrawListen == null && withdrawUrl != null) {
      throw new IllegalArgumentException("--withdraw-url goes with --withdraw-listen");
    }
    return present(withdrawListen)
        .map(text -> new NodeOptions.Withdraw(NodeOptions.Withdraw.parse(text), present(withdrawUrl)));
  }

  private Optional<NodeOptions.Lnd> lnd() {
    return switch (lightning) {
      case LND -> Optional.of(lnd.required());
      case LDK -> {
        if (lnd.given()) {
          throw new IllegalArgumentException("--lnd-rest, --macaroon and --cert go with --lightning lnd");
        }
        yield Optional.empty();
      }
    };
  }

  private void announce(NodeOptions options, RunningNode node) {
    PrintWriter out = spec.commandLine().getOut();
    if (common.json()) {
      out.println(Json.line(new Ready(true, node.apiUrl().toString(), node.peerId(), node.listenAddresses())));
    } else {
      var link = node.pagesLink();
      out.println("Your node is up.");
      out.println("  data      " + options.dataDir());
      out.println("  network   " + options.chain().network().label());
      out.println("  pages     " + link + "  (for one browser, once; klatch open gives another)");
      out.println("  API       " + node.apiUrl());
      node.listenAddresses().forEach(address -> out.println("  peers at  " + address));
      node.notices().forEach(notice -> out.println("  note      " + notice));
      if (options.chain().network() == Network.MAINNET) {
        out.println("This is real money. What you should know:");
        MAINNET_LIMITS.forEach(limit -> out.println("  - " + limit));
      }
      out.println("Stop it with Ctrl-C. In another terminal: klatch status, klatch group create NAME");
      out.flush();
      if (!noBrowser && options.pagesCode().isEmpty()
          && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()) {
        DesktopBrowser.open(link, System.getenv());
      }
    }
    out.flush();
  }

  /** An unset environment variable reaches us as an empty text. */
  private static Optional<String> present(@Nullable String text) {
    return Optional.ofNullable(text).filter(given -> !given.isBlank());
  }

  enum LightningKind {
    LDK, LND
  }

  /** The line that {@code klatch up --json} prints when the API answers. */
  record Ready(boolean ready, String url, String peerId, List<String> listen) {}

  /** Refuses a network with a reason that picocli shows as it is. */
  static final class NetworkConverter implements ITypeConverter<Network> {
    @Override
    public Network convert(String text) {
      try {
        return Network.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
