package klatch.cli.node;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import klatch.cli.terminal.ApiClient;
import klatch.lightning.Network;
import klatch.lightning.RapidGossip;
import klatch.lightning.chain.BlockNotices;

/**
 * Everything that a node is told at its start; what {@code klatch up} parses.
 *
 * @param dataDir   absolute; made when missing; one node at a time may use it
 * @param nickname  published when the node starts, if given
 * @param clockFile regtest only: a text file with an offset in milliseconds that is added to the system clock, for
 *                  rehearsals; read again whenever it changes
 * @param withdraw  where strangers' wallets withdraw payouts by code, if they may
 * @param pagesCode lets in the page that holds it, once; of a node that starts again
 */
public record NodeOptions(Path dataDir, Storage storage, Chain chain, Ports ports, Optional<String> nickname,
    Optional<Path> clockFile, Optional<Withdraw> withdraw, Optional<String> pagesCode) {

  /** One that serves no codes to withdraw by. */
  public NodeOptions(Path dataDir, Storage storage, Chain chain, Ports ports, Optional<String> nickname,
      Optional<Path> clockFile) {
    this(dataDir, storage, chain, ports, nickname, clockFile, Optional.empty(), Optional.empty());
  }

  /** One that starts for the first time. */
  public NodeOptions(Path dataDir, Storage storage, Chain chain, Ports ports, Optional<String> nickname,
      Optional<Path> clockFile, Optional<Withdraw> withdraw) {
    this(dataDir, storage, chain, ports, nickname, clockFile, withdraw, Optional.empty());
  }

  /** For the same node with another key, at the same place for its pages. */
  public NodeOptions again(int apiPort, Optional<String> called, String code) {
    return new NodeOptions(dataDir, storage, chain, new Ports(ports.listen(), ports.lightningPort(), apiPort),
        called.or(this::nickname), clockFile, withdraw, Optional.of(code));
  }

  public NodeOptions {
    if (!dataDir.isAbsolute()) {
      throw new IllegalArgumentException("the data directory must be an absolute path, not " + dataDir);
    }
    if (clockFile.isPresent() && chain.network() != Network.REGTEST) {
      throw new IllegalArgumentException("--clock-file is for regtest only, not for " + chain.network().label());
    }
  }

  /**
   * Where payouts are withdrawn by code.
   *
   * @param listen    an address of this machine
   * @param publicUrl how wallets reach it, without a slash at its end; if empty, by the address itself
   */
  public record Withdraw(InetSocketAddress listen, Optional<String> publicUrl) {
    private static final int LONGEST_URL = 200;

    public Withdraw {
      publicUrl.ifPresent(url -> {
        if (!url.matches("https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?") || url.endsWith("/")
            || url.length() > LONGEST_URL) {
          throw new IllegalArgumentException("--withdraw-url must look like https://klatch.example/withdraw, at most "
              + LONGEST_URL + " characters, not " + url);
        }
      });
    }

    /** @param text {@code HOST:PORT}, IPv6 in brackets */
    public static InetSocketAddress parse(String text) {
      var parts = LISTEN.matcher(text);
      if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65_535) {
        throw new IllegalArgumentException("--withdraw-listen is HOST:PORT, not '" + text + "'");
      }
      return InetSocketAddress.createUnresolved(parts.group(1).replaceAll("[\\[\\]]", ""),
          Integer.parseInt(parts.group(2)));
    }

    private static final Pattern LISTEN = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\s]{1,253}):([0-9]{1,5})");
  }

  /** The file by which commands find the running node: {@code {"url":…,"token":…}}, readable by its owner only. */
  public Path apiFile() {
    return dataDir.resolve(ApiClient.ApiFile.NAME);
  }

  /**
   * Where entries and money are kept.
   *
   * @param jdbcUrl      an external PostgreSQL; if empty, an embedded one under the data directory
   * @param schemaPrefix put before every schema's name, so that several nodes can share one server; may be empty
   */
  public record Storage(Optional<String> jdbcUrl, String schemaPrefix) {
    /** PostgreSQL cuts names at 63 bytes; what is left is for the schema's own name. */
    public static final int MAX_PREFIX_LENGTH = 40;

    public Storage {
      if (!schemaPrefix.matches("[a-z0-9_]{0," + MAX_PREFIX_LENGTH + "}")) {
        throw new IllegalArgumentException("the schema prefix may have at most " + MAX_PREFIX_LENGTH
            + " characters of a-z, 0-9 and _, not '" + schemaPrefix + "'");
      }
      jdbcUrl.ifPresent(url -> {
        if (!url.startsWith("jdbc:postgresql:")) {
          throw new IllegalArgumentException("--db must start with jdbc:postgresql:");
        }
      });
    }
  }

  /**
   * Where the money lives: at an embedded Lightning node, at an LND, or nowhere. Without either the node runs without
   * Lightning: meetups work, deposits are refused.
   *
   * @param blocks who tells the embedded Lightning node of the chain
   * @param lnd    instead of the embedded node
   * @param gossip who tells the embedded node of the network's channels, besides its peers
   */
  public record Chain(Network network, Optional<Blocks> blocks, Optional<Lnd> lnd, Optional<URI> gossip) {
    public Chain {
      gossip.ifPresent(RapidGossip::checked);
      if (gossip.isPresent() && blocks.isEmpty()) {
        throw new IllegalArgumentException(
            "--rapid-gossip is for the embedded Lightning node: it needs --bitcoind-url or --esplora");
      }
      if (blocks.isPresent() && lnd.isPresent()) {
        throw new IllegalArgumentException(
            "LND asks its own bitcoind: leave --bitcoind-url and --esplora out with --lightning lnd");
      }
    }

    public Chain(Network network, Optional<Blocks> blocks, Optional<Lnd> lnd) {
      this(network, blocks, lnd, Optional.empty());
    }

    public Chain(Network network, Optional<? extends Blocks> blocks) {
      this(network, blocks.map(known -> known), Optional.empty());
    }

    boolean hasLightning() {
      return blocks.isPresent() || lnd.isPresent();
    }
  }

  /** Who tells of the chain. */
  public sealed interface Blocks {
  }

  /**
   * An LND that runs already.
   *
   * @param rest        {@code https://host:port}
   * @param certificate its {@code tls.cert}
   * @param macaroon    what it lets us do
   */
  public record Lnd(URI rest, Path certificate, Path macaroon) {}

  /**
   * A bitcoind's JSON-RPC, or one that speaks like it.
   *
   * @param zmq where it publishes the hash of each new block, {@code tcp://host:port}
   */
  public record Bitcoind(URI url, Login login, Optional<URI> zmq) implements Blocks {
    public Bitcoind {
      zmq.ifPresent(BlockNotices::check);
    }

    public Bitcoind(URI url, Login login) {
      this(url, login, Optional.empty());
    }
  }

  /** An Esplora server's HTTP interface. */
  public record Esplora(URI url) implements Blocks {}

  /** How bitcoind knows us. */
  public sealed interface Login {
    record Password(String user, String password) implements Login {
      /** Never shows the password. */
      @Override
      public String toString() {
        return "Password[user=" + user + "]";
      }
    }

    /** @param file bitcoind's {@code .cookie}, read again at every connection: bitcoind rewrites it at every start */
    record Cookie(Path file) implements Login {}
  }

  /**
   * @param listen        libp2p multiaddrs to listen on, at least one
   * @param lightningPort TCP port for Lightning peers on loopback; 0 lets the system choose
   * @param apiPort       TCP port of the local API on loopback; 0 lets the system choose
   */
  public record Ports(List<String> listen, int lightningPort, int apiPort) {
    public Ports {
      listen = List.copyOf(listen);
      if (listen.isEmpty()) {
        throw new IllegalArgumentException("a node needs at least one multiaddr to listen on");
      }
      checkPort("--lightning-port", lightningPort);
      checkPort("--api-port", apiPort);
    }

    private static void checkPort(String option, int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException(option + " must lie in 0..65535, not " + port);
      }
    }
  }
}
