package klatch.cli.node;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import klatch.lightning.Network;
import klatch.lightning.chain.BitcoindSource;
import klatch.lightning.chain.BlockNotices;
import klatch.lightning.chain.ChainGate;
import klatch.lightning.chain.ChainSource;
import klatch.lightning.chain.ChainTrouble;
import klatch.lightning.chain.ChainTroubleException;
import klatch.lightning.chain.EsploraSource;
import klatch.lightning.chain.RpcLogin;

/** What the node's options say about the chain, opened. */
public final class NodeChain {
  /** A public server is asked no more often for its tip. */
  private static final Duration ESPLORA_EVERY = Duration.ofSeconds(10);
  /** A machine that starts starts its bitcoind too. */
  private static final Duration STARTING_PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private NodeChain() {}

  /**
   * Opens the gate and looks at the chain once.
   *
   * @throws StartRefusedException with the reason and what to do, if the source cannot be used
   */
  static ChainGate open(NodeOptions.Blocks blocks, Network network, Path dataDir) {
    ChainSource source = source(blocks, network);
    Duration atMostEvery = switch (blocks) {
      case NodeOptions.Bitcoind _ -> Duration.ZERO;
      case NodeOptions.Esplora _ -> network == Network.REGTEST ? Duration.ZERO : ESPLORA_EVERY;
    };
    var gate = ChainGate.open(source, network, Optional.of(dataDir.resolve("headers-" + network.label())), atMostEvery,
        InstantSource.system());
    try {
      awaitChain(gate);
      return gate;
    } catch (ChainTroubleException e) {
      gate.close();
      throw new StartRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** @throws StartRefusedException if the address is none */
  public static ChainSource source(NodeOptions.Blocks blocks, Network network) {
    try {
      return switch (blocks) {
        case NodeOptions.Bitcoind(var url, var login, _) -> new BitcoindSource(url, switch (login) {
          case NodeOptions.Login.Password(var user, var password) -> new RpcLogin.Password(user, password);
          case NodeOptions.Login.Cookie(var file) -> new RpcLogin.Cookie(file);
        }, network != Network.REGTEST, BitcoindSource.TIMEOUT);
        case NodeOptions.Esplora(var url) -> new EsploraSource(url, EsploraSource.TIMEOUT);
      };
    } catch (IllegalArgumentException e) {
      throw new StartRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Wakes the node at each new block, where its source tells of them. */
  static Optional<BlockNotices> notices(NodeOptions.Blocks blocks, Runnable onBlock) {
    return switch (blocks) {
      case NodeOptions.Bitcoind(_, _, var zmq) -> zmq.map(url -> BlockNotices.listen(url, onBlock));
      case NodeOptions.Esplora _ -> Optional.empty();
    };
  }

  private static void awaitChain(ChainGate gate) {
    var deadline = Instant.now().plus(STARTING_PATIENCE);
    while (true) {
      try {
        gate.height();
        return;
      } catch (ChainTroubleException e) {
        if (!(e.trouble() instanceof ChainTrouble.Starting) || Instant.now().isAfter(deadline)) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
