package klatch.lightning;

import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import klatch.commitments.LightningEvent;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.RpcEndpoint;

/** A node with its own schema and journal, which a test can stop, kill and start again. */
final class LdkTestNode implements AutoCloseable {
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(5);

  private final DataSource money;
  private final LdkConfig config;
  private final List<LightningEvent> events = new CopyOnWriteArrayList<>();
  private PostgresGroupCommit commits;
  private LdkLightning lightning;
  private boolean running = true;

  private LdkTestNode(DataSource money, LdkConfig config) {
    this.money = money;
    this.config = config;
    this.commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    this.lightning = LdkLightning.start(config, commits, money);
  }

  /** @param number makes the node's seed, so a failure can be looked at again */
  static LdkTestNode start(Database database, RpcEndpoint chain, String name, int number, ChannelPolicy policy) {
    return start(database, chain, name, number, policy, POLL_INTERVAL);
  }

  /** As the other, asking the chain less often. */
  static LdkTestNode start(Database database, RpcEndpoint chain, String name, int number, ChannelPolicy policy,
      Duration pollInterval) {
    byte[] seed = new byte[32];
    seed[31] = (byte) number;
    LdkConfig config = new LdkConfig(Network.REGTEST, name, new Seed(seed),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        new ChainRpc(chain.uri(), chain.user(), chain.password(), pollInterval), policy);
    return new LdkTestNode(database.withPrefix(name + "_").dataSource("money"), config);
  }

  /** One block after the other, each known to all of the nodes before the next. */
  static void mine(EmbeddedChain chain, List<LdkTestNode> nodes, int blocks, Duration patience) {
    for (int i = 0; i < blocks; i++) {
      chain.mine(1);
      awaitTip(chain, nodes, patience);
    }
  }

  static void awaitTip(EmbeddedChain chain, List<LdkTestNode> nodes, Duration patience) {
    int height = chain.tip().height();
    nodes.forEach(node -> node.lightning.poke());
    await().atMost(patience).pollInterval(LOOK_INTERVAL)
        .until(() -> nodes.stream().allMatch(node -> node.lightning.status().height() == height));
  }

  LdkLightning lightning() {
    return lightning;
  }

  LdkConfig config() {
    return config;
  }

  DataSource money() {
    return money;
  }

  /** What it has seen since it is watched, over all its lives. */
  List<LightningEvent> events() {
    return events;
  }

  void watch() {
    lightning.watch(events::add);
  }

  void connect(LdkTestNode peer) {
    lightning.connect(peer.lightning.nodeId(), "127.0.0.1", peer.lightning.listenAddress().getPort());
  }

  void restart() {
    close();
    startAgain();
  }

  /** Ends it as a crash would, and starts it from what was stored. */
  void kill() {
    halt();
    startAgain();
  }

  /** Ends it as a crash would: what is not committed yet never will be. */
  void halt() {
    commits.halt();
    if (running) {
      running = false;
      lightning.halt();
    }
  }

  void startAgain() {
    commits.close();
    commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    lightning = LdkLightning.start(config, commits, money);
    running = true;
  }

  @Override
  public void close() {
    if (running) {
      running = false;
      lightning.close();
    }
    commits.close();
  }
}
