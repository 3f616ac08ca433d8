package klatch.cli.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import klatch.commitments.DepositState;
import klatch.commitments.Deposits;
import klatch.commitments.Lightning;
import klatch.commitments.PaymentHash;
import klatch.commitments.Surroundings;
import klatch.commitments.journal.PostgresCommitmentStore;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.lightning.ChainRpc;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.InvoicesOnly;
import klatch.lightning.LdkConfig;
import klatch.lightning.LdkLightning;
import klatch.lightning.Network;
import klatch.lightning.chain.BlockNotices;
import klatch.lightning.chain.ChainGate;
import klatch.lightning.lnd.LndBlock;
import klatch.lightning.lnd.LndConfig;
import klatch.lightning.lnd.LndLightning;
import klatch.lightning.lnurl.LnurlPay;
import klatch.log.Database;
import klatch.log.LogStore;
import klatch.meetup.Meetup;
import klatch.web.ApiParts;
import klatch.web.Treasury;

/** The node's money: a Lightning node, the journal beside it, and the deposits above both. */
public final class NodeMoney implements AutoCloseable {
  /** The schema of the journal and of the Lightning node's state. */
  private static final String SCHEMA = "money";
  /** How long a killed predecessor's database session may linger. */
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(15);
  /** On regtest blocks come when somebody wants them, and nobody likes to wait. */
  private static final Duration REGTEST_POLL = Duration.ofMillis(150);

  private final PostgresGroupCommit commits;
  private final Purse purse;
  private final Deposits deposits;
  private boolean halted;

  /** The Lightning node that deposits lie at. */
  private sealed interface Purse {
    Lightning lightning();

    /**
     * @param gate    what the node takes for its bitcoind
     * @param notices wake it at each new block
     */
    record Embedded(LdkLightning lightning, ChainGate gate, Optional<BlockNotices> notices) implements Purse {}

    record Connected(LndLightning lightning) implements Purse {}

    /** There is none: this person's wallet is elsewhere. */
    record Elsewhere(InvoicesOnly lightning) implements Purse {}

    default void close() {
      if (this instanceof Embedded(_, _, var notices)) {
        notices.ifPresent(BlockNotices::close);
      }
      lightning().close();
      closeChain();
    }

    default void closeChain() {
      if (this instanceof Embedded(_, var gate, var notices)) {
        notices.ifPresent(BlockNotices::close);
        gate.close();
      }
    }
  }

  private NodeMoney(PostgresGroupCommit commits, Purse purse, Deposits deposits) {
    this.commits = commits;
    this.purse = purse;
    this.deposits = deposits;
  }

  /**
   * @param options     without a chain or an LND, payouts can still be claimed, by a wallet that is elsewhere
   * @param withdrawUrl where wallets reach this node, if they do
   */
  static NodeMoney start(NodeOptions options, NodeKeys keys, Database database, LogStore log, Meetup meetup,
      InstantSource clock, Optional<String> withdrawUrl, UnaryOperator<Surroundings> outfit) {
    var pool = database.dataSource(SCHEMA);
    var commits = PostgresGroupCommit.open(pool, LOCK_PATIENCE, database.diskAlarm());
    try {
      var purse = purse(options, keys, commits, pool);
      var lightning = purse.lightning();
      try {
        var surroundings = new Surroundings(keys.device(), log, meetup, lightning,
            new PostgresCommitmentStore(pool, commits), clock,
            HaltAt.fromProperty(options.chain().network(), options.dataDir()))
            .with(LnurlPay.open(options.chain().network() == Network.REGTEST, lightning::decode, Clock.systemUTC()),
                withdrawUrl)
            .with(Clock.systemUTC());
        return new NodeMoney(commits, purse, deposits(purse, outfit.apply(surroundings)));
      } catch (RuntimeException e) {
        purse.close();
        throw e;
      }
    } catch (RuntimeException e) {
      commits.close();
      throw e;
    }
  }

  /** Where the chain is asked that the embedded node follows. */
  Optional<ChainRpc> chain() {
    return purse instanceof Purse.Embedded(_, var gate, _) ? Optional.of(gate.rpc(REGTEST_POLL)) : Optional.empty();
  }

  /** The newest block of the chain of an LND, which keeps the rest of it to itself. */
  Optional<LndBlock> newestBlock() {
    return purse instanceof Purse.Connected(var lnd) ? lnd.newestBlock() : Optional.empty();
  }

  private static Deposits deposits(Purse purse, Surroundings surroundings) {
    return purse instanceof Purse.Elsewhere
        ? Deposits.startWithoutLightning(surroundings)
        : Deposits.start(surroundings);
  }

  private static Purse purse(NodeOptions options, NodeKeys keys, PostgresGroupCommit commits, DataSource pool) {
    var chain = options.chain();
    if (!chain.hasLightning()) {
      return new Purse.Elsewhere(new InvoicesOnly(chain.network()));
    }
    var journal = new PostgresCommitmentStore(pool, commits);
    var undecided = journal.events().stream().flatMap(event -> journal.deposits(event).values().stream())
        .flatMap(NodeMoney::heldOn).collect(Collectors.toSet());
    misplaced(undecided, chain.lnd().isPresent(), hash -> LndLightning.knows(pool, hash)).ifPresent(why -> {
      throw new StartRefusedException(why);
    });
    if (chain.lnd().isPresent()) {
      return new Purse.Connected(LndLightning.start(lndConfig(chain.lnd().get(), chain.network()), commits, pool));
    }
    var blocks = chain.blocks().orElseThrow();
    var gate = NodeChain.open(blocks, chain.network(), options.dataDir());
    try {
      var config = lightningConfig(options, gate, keys);
      NodeRestore.begin(options.dataDir(), config, pool);
      var lightning = LdkLightning.start(config, commits, pool);
      chain.gossip().ifPresent(lightning::followGossip);
      return new Purse.Embedded(lightning, gate, NodeChain.notices(blocks, lightning::poke));
    } catch (RuntimeException e) {
      gate.close();
      throw e;
    }
  }

  /** The hash on which a deposit is, or may still be, held. */
  private static Stream<PaymentHash> heldOn(DepositState state) {
    return switch (state) {
      case DepositState.Held(var preimage, _, _) -> Stream.of(preimage.hash());
      case DepositState.Collecting(var preimage, _) -> Stream.of(preimage.hash());
      case DepositState.Releasing(var hash, _, _) -> Stream.of(hash);
      case DepositState.Pledged _,DepositState.Offered _,DepositState.Lapsed _,DepositState.Released _,DepositState.Collected _,DepositState.Expired _ ->
        Stream.empty();
    };
  }

  /**
   * Why the node must not start: another Lightning node would say that it holds nothing, which is no refund.
   *
   * @param undecided hashes of deposits that are held or on their way
   * @param toLnd     whether the node is to run on an LND
   * @param atLnd     whether a deposit lies at an LND, else at the embedded node
   */
  static Optional<String> misplaced(Set<PaymentHash> undecided, boolean toLnd, Predicate<PaymentHash> atLnd) {
    long elsewhere = undecided.stream().filter(hash -> atLnd.test(hash) != toLnd).count();
    return elsewhere == 0
        ? Optional.empty()
        : Optional.of(elsewhere + (elsewhere == 1 ? " deposit lies at " : " deposits lie at ") + (toLnd
            ? "the embedded node: start without --lightning lnd"
            : "your LND: start with --lightning lnd") + " until all are settled; no other node can give them back");
  }

  /** How the LND of these options is reached. */
  public static LndConfig lndConfig(NodeOptions.Lnd lnd, Network network) {
    return new LndConfig(lnd.rest(), lnd.certificate(), lnd.macaroon(), network,
        network == Network.REGTEST ? REGTEST_POLL : LndConfig.DEFAULT_POLL_INTERVAL);
  }

  private static LdkConfig lightningConfig(NodeOptions options, ChainGate gate, NodeKeys keys) {
    boolean regtest = options.chain().network() == Network.REGTEST;
    return new LdkConfig(options.chain().network(), "klatch",
        keys.lightning(), new InetSocketAddress(InetAddress.getLoopbackAddress(), options.ports().lightningPort()),
        gate.rpc(regtest ? REGTEST_POLL : ChainRpc.DEFAULT_POLL_INTERVAL),
        regtest ? ChannelPolicy.regtestLeaf() : ChannelPolicy.leaf());
  }

  /**
   * The embedded node.
   *
   * @throws IllegalStateException if the money lies at an LND
   */
  public LdkLightning lightning() {
    return switch (purse) {
      case Purse.Embedded(var ldk, _, _) -> ldk;
      case Purse.Connected _ -> throw new IllegalStateException("this node's Lightning is an LND");
      case Purse.Elsewhere _ -> throw new IllegalStateException("this node has no Lightning");
    };
  }

  public Deposits deposits() {
    return deposits;
  }

  /** What the local API needs of it. */
  ApiParts.MoneyState forApi() {
    return switch (purse) {
      case Purse.Embedded(var ldk, var gate, var notices) -> running(new NodeTreasury(ldk, gate, notices));
      case Purse.Connected(var lnd) -> running(new LndTreasury(lnd));
      case Purse.Elsewhere _ -> new ApiParts.MoneyState.None(Optional.of(deposits));
    };
  }

  private ApiParts.MoneyState running(Treasury treasury) {
    return new ApiParts.MoneyState.Running(new ApiParts.Money(deposits, purse.lightning(), treasury));
  }

  /** Where Lightning peers connect, {@code host:port}; empty if an LND does not say. */
  Optional<String> lightningAddress() {
    return switch (purse) {
      case Purse.Embedded(var ldk, _, _) -> {
        var address = ldk.listenAddress();
        yield Optional.of(address.getAddress().getHostAddress() + ":" + address.getPort());
      }
      case Purse.Connected(var lnd) -> lnd.announcedAddress();
      case Purse.Elsewhere _ -> Optional.empty();
    };
  }

  /** Ends as a crash would: nothing is stored from now on. For trials; {@link #close} does nothing after it. */
  void halt() {
    halted = true;
    commits.halt();
    deposits.close();
    lightning().halt();
    purse.closeChain();
  }

  @Override
  public void close() {
    if (halted) {
      return;
    }
    deposits.close();
    purse.close();
    commits.close();
  }
}
