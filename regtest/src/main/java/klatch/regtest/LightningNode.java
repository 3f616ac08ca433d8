package klatch.regtest;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.lightning.ChainRpc;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.LdkConfig;
import klatch.lightning.LdkLightning;
import klatch.lightning.Network;
import klatch.lightning.Seed;
import klatch.log.Database;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.RpcEndpoint;

/**
 * An LDK node of this process with its money schema, on loopback: a routing node, or one end of a test. It may be
 * restarted; then it has the same identity, state and port. Started and ended by one thread at a time.
 */
public final class LightningNode implements AutoCloseable {
  /** Nodes are also told of new blocks by {@link Topology#mineAndSync}; this is for those mined otherwise. */
  public static final Duration POLL_INTERVAL = Duration.ofMillis(100);

  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final DataSource money;
  private LdkConfig config;
  private volatile PostgresGroupCommit commits;
  private volatile LdkLightning lightning;

  private LightningNode(String name, DataSource money, LdkConfig config, PostgresGroupCommit commits,
      LdkLightning lightning) {
    this.name = name;
    this.money = money;
    this.config = config;
    this.commits = commits;
    this.lightning = lightning;
  }

  /**
   * Starts a new node on any free port.
   *
   * @param name     lower case letters, digits and _: also the prefix of its schema in the database
   * @param database its server is shared; closing the node does not close it
   */
  public static LightningNode start(String name, Chain chain, Database database, ChannelPolicy policy) {
    return start(name, Seed.random(new SecureRandom()), chain, database, policy);
  }

  /** As {@link #start(String, Chain, Database, ChannelPolicy)}, with the keys of this seed. */
  public static LightningNode start(String name, Seed seed, Chain chain, Database database, ChannelPolicy policy) {
    DataSource money = database.withPrefix(name + "_").dataSource("money");
    LdkConfig config = new LdkConfig(Network.REGTEST, name, seed,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), rpc(chain), policy);
    PostgresGroupCommit commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    try {
      LdkLightning lightning = LdkLightning.start(config, commits, money);
      LdkConfig samePort = new LdkConfig(config.network(), config.alias(), config.seed(), lightning.listenAddress(),
          config.chain(), config.channels());
      return new LightningNode(name, money, samePort, commits, lightning);
    } catch (RuntimeException e) {
      commits.close();
      throw e;
    }
  }

  /** Starts several at once, in the order of their names. */
  public static List<LightningNode> startAll(List<String> names, Chain chain, Database database,
      ChannelPolicy policy) {
    return InParallel.map(names, name -> start(name, chain, database, policy));
  }

  /** Closes several at once: each takes about a second for its last cut. */
  public static void closeAll(List<LightningNode> nodes) {
    InParallel.map(nodes, node -> {
      node.close();
      return node.name();
    });
  }

  /** How a node in this network asks the chain. */
  public static ChainRpc rpc(Chain chain) {
    RpcEndpoint endpoint = chain.rpc();
    return new ChainRpc(endpoint.uri(), endpoint.user(), endpoint.password(), POLL_INTERVAL);
  }

  public String name() {
    return name;
  }

  public LdkLightning lightning() {
    return lightning;
  }

  public Member.Owned member() {
    return new Member.Owned(name, lightning);
  }

  /** 33 bytes as hex. */
  public String nodeId() {
    return lightning.nodeId();
  }

  /** Ends the node in order and starts it again from what it has stored. */
  public LdkLightning restart() {
    close();
    return start();
  }

  /** Ends the node as a crash would: what was not stored is gone. */
  public void kill() {
    commits.halt();
    lightning.halt();
  }

  /** Starts it again, after {@link #close} or {@link #kill}. */
  public LdkLightning start() {
    commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    lightning = LdkLightning.start(config, commits, money);
    return lightning;
  }

  @Override
  public void close() {
    lightning.close();
    commits.close();
  }
}
