package klatch.lightning;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import klatch.commitments.Msat;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;

/** Payer - router - payee, with a million satoshis in each of the two channels, half on either side. */
final class LdkTestNetwork implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long CAPACITY_SAT = 1_000_000;
  private static final Msat PUSH = Msat.ofSat(CAPACITY_SAT / 2);
  private static final long WALLET_SAT = 3_000_000;

  private final EmbeddedChain chain;
  private final Database database;
  private final LdkTestNode router;
  private final LdkTestNode payer;
  private final LdkTestNode payee;

  LdkTestNetwork(Path directory) {
    chain = EmbeddedChain.start(InstantSource.system());
    database = Database.embedded(directory, "");
    router = LdkTestNode.start(database, chain.rpc(), "router", 1, ChannelPolicy.regtestRouter());
    payer = LdkTestNode.start(database, chain.rpc(), "payer", 2, ChannelPolicy.regtestLeaf());
    payee = LdkTestNode.start(database, chain.rpc(), "payee", 3, ChannelPolicy.regtestLeaf());
    chain.fund(router.lightning().wallet().newAddress(), WALLET_SAT);
    mine(1);
    connect();
    router.lightning().openChannels(List.of(new ChannelRequest(payer.lightning().nodeId(), CAPACITY_SAT, PUSH),
        new ChannelRequest(payee.lightning().nodeId(), CAPACITY_SAT, PUSH)));
    mine(ChannelPolicy.MIN_CONFIRMATIONS);
    awaitUsable();
  }

  LdkTestNode router() {
    return router;
  }

  LdkTestNode payer() {
    return payer;
  }

  LdkTestNode payee() {
    return payee;
  }

  EmbeddedChain chain() {
    return chain;
  }

  Database database() {
    return database;
  }

  /** Everybody to the router; the router's channels are then usable. */
  void connect() {
    payer.connect(router);
    payee.connect(router);
  }

  void awaitUsable() {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
        .until(() -> nodes().stream().map(node -> node.lightning().status().channels())
            .allMatch(channels -> !channels.isEmpty() && channels.stream().allMatch(c -> c.usable())));
  }

  /** One block after the other, each known to all before the next. */
  void mine(int blocks) {
    LdkTestNode.mine(chain, nodes(), blocks, PATIENCE);
  }

  void awaitTip() {
    LdkTestNode.awaitTip(chain, nodes(), PATIENCE);
  }

  private List<LdkTestNode> nodes() {
    return List.of(router, payer, payee);
  }

  @Override
  public void close() {
    payer.close();
    payee.close();
    router.close();
    database.close();
    chain.close();
  }
}
