package klatch.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import klatch.commitments.Deposits;
import klatch.commitments.Surroundings;
import klatch.commitments.journal.PostgresCommitmentStore;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.lightning.ChainRpc;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.LdkConfig;
import klatch.lightning.LdkLightning;
import klatch.log.Database;
import klatch.log.LogStore;
import klatch.meetup.Meetup;
import klatch.web.ApiParts;
import klatch.lightning.Network;

/** The node's money: an embedded Lightning node, the journal it rides in, and the deposits above both. */
public final class NodeMoney implements AutoCloseable {
  /** The schema of the journal and of the Lightning node's state. */
  private static final String SCHEMA = "money";
  /** How long a killed predecessor's database session may linger. */
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(15);
  /** On regtest blocks come when somebody wants them, and nobody likes to wait. */
  private static final Duration REGTEST_POLL = Duration.ofMillis(150);

  private final PostgresGroupCommit commits;
  private final LdkLightning lightning;
  private final Deposits deposits;

  private NodeMoney(PostgresGroupCommit commits, LdkLightning lightning, Deposits deposits) {
    this.commits = commits;
    this.lightning = lightning;
    this.deposits = deposits;
  }

  static NodeMoney start(NodeOptions options, NodeOptions.Bitcoind bitcoind, NodeKeys keys, Database database,
      LogStore log, Meetup meetup, InstantSource clock, UnaryOperator<Surroundings> outfit) {
    var pool = database.dataSource(SCHEMA);
    var commits = PostgresGroupCommit.open(pool, LOCK_PATIENCE, database.diskAlarm());
    try {
      var lightning = LdkLightning.start(lightningConfig(options, bitcoind, keys), commits, pool);
      try {
        var surroundings = new Surroundings(keys.device(), log, meetup, lightning,
            new PostgresCommitmentStore(pool, commits), clock,
            HaltAt.fromProperty(options.chain().network(), options.dataDir()));
        return new NodeMoney(commits, lightning, Deposits.start(outfit.apply(surroundings)));
      } catch (RuntimeException e) {
        lightning.close();
        throw e;
      }
    } catch (RuntimeException e) {
      commits.close();
      throw e;
    }
  }

  private static LdkConfig lightningConfig(NodeOptions options, NodeOptions.Bitcoind bitcoind, NodeKeys keys) {
    boolean regtest = options.chain().network() == Network.REGTEST;
    var login = login(bitcoind.login());
    var chain = new ChainRpc(bitcoind.url(), login.user(), login.password(),
        regtest ? REGTEST_POLL : ChainRpc.DEFAULT_POLL_INTERVAL);
    return new LdkConfig(options.chain().network(), "klatch",
        keys.lightning(), new InetSocketAddress(InetAddress.getLoopbackAddress(), options.ports().lightningPort()),
        chain,
        regtest ? ChannelPolicy.regtestLeaf() : ChannelPolicy.leaf());
  }

  private static NodeOptions.Login.Password login(NodeOptions.Login login) {
    return switch (login) {
      case NodeOptions.Login.Password password -> password;
      case NodeOptions.Login.Cookie(var file) -> {
        try {
          var parts = Files.readString(file).strip().split(":", 2);
          if (parts.length != 2) {
            throw new StartRefusedException(file + " is not a bitcoind cookie: it has no colon");
          }
          yield new NodeOptions.Login.Password(parts[0], parts[1]);
        } catch (IOException e) {
          throw new StartRefusedException("the cookie of bitcoind cannot be read: " + e.getMessage(), e);
        }
      }
    };
  }

  public LdkLightning lightning() {
    return lightning;
  }

  public Deposits deposits() {
    return deposits;
  }

  /** What the local API needs of it. */
  ApiParts.Money forApi() {
    return new ApiParts.Money(deposits, lightning, new NodeTreasury(lightning));
  }

  /** Where Lightning peers connect, {@code host:port}. */
  String lightningAddress() {
    var address = lightning.listenAddress();
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  @Override
  public void close() {
    deposits.close();
    lightning.close();
    commits.close();
  }
}
