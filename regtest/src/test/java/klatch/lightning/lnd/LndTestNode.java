package klatch.lightning.lnd;

import java.nio.file.Path;
import java.time.Duration;
import javax.sql.DataSource;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.log.Database;
import klatch.regtest.LndNode;

/** A real LND, and our side of it with its own schema and journal; each can be ended and started again without the other. */
final class LndTestNode implements AutoCloseable {
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);

  private final LndNode node;
  private final DataSource money;
  private final Path macaroon;
  private PostgresGroupCommit commits;
  private LndLightning lightning;

  LndTestNode(LndNode node, Database database) {
    this.node = node;
    this.money = database.withPrefix(node.name() + "_").dataSource("money");
    this.macaroon = node.bakeMacaroon();
    this.commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    this.lightning = LndLightning.start(node.config(macaroon), commits, money);
  }

  LndNode node() {
    return node;
  }

  LndConfig config() {
    return node.config(macaroon);
  }

  LndLightning lightning() {
    return lightning;
  }

  /** Ends our side. */
  void stop() {
    lightning.close();
    commits.close();
  }

  LndLightning start() {
    return startWith(config());
  }

  /** Starts our side of this node on whatever LND is named. */
  LndLightning startWith(LndConfig config) {
    commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    try {
      lightning = LndLightning.start(config, commits, money);
    } catch (RuntimeException e) {
      commits.close();
      throw e;
    }
    return lightning;
  }

  LndLightning restart() {
    stop();
    return start();
  }

  /** Kills LND under our side, and starts it again. */
  void killLnd() {
    node.kill();
    node.startAgain();
  }

  @Override
  public void close() {
    stop();
    node.close();
  }
}
