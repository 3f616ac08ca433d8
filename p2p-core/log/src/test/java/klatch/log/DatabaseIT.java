package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseIT {
  @TempDir
  static Path directory;
  private static Database database;

  @BeforeAll
  static void start() {
    database = Database.embedded(directory, "alice_");
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  private static String one(DataSource pool, String sql) {
    return one(new Transactions(pool), sql);
  }

  private static String one(Transactions transactions, String sql) {
    return transactions.run(connection -> {
      try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return row.getString(1);
      }
    });
  }

  @Test
  void everyCommitIsOnDiskBeforeItReturns() {
    DataSource pool = database.dataSource("p2p");
    Map<String, String> settings = new TreeMap<>();
    for (String name : new String[]{"fsync", "synchronous_commit", "full_page_writes", "listen_addresses"}) {
      settings.put(name, one(pool, "SHOW " + name));
    }

    assertThat(settings).containsEntry("fsync", "on").containsEntry("synchronous_commit", "on")
        .containsEntry("full_page_writes", "on").containsEntry("listen_addresses", "127.0.0.1");
  }

  @Test
  void nobodyGetsInWithoutThePassword() {
    EmbeddedServer server = database.server().orElseThrow();

    assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "guess").close())
        .isInstanceOf(SQLException.class).hasMessageContaining("password authentication failed");
  }

  @Test
  void nodesThatShareAServerHaveTheirOwnSchemas() {
    try (Database bob = database.withPrefix("bob_")) {
      assertThat(one(database.dataSource("p2p"), "SELECT current_schema()")).isEqualTo("alice_p2p");
      assertThat(one(bob.dataSource("p2p"), "SELECT current_schema()")).isEqualTo("bob_p2p");
    }
    assertThat(one(database.dataSource("p2p"), "SELECT 1")).isEqualTo("1");
  }

  @Test
  void namesThatAreNoIdentifiersAreRefused() {
    assertThatThrownBy(() -> database.withPrefix("a\"; DROP SCHEMA x; --"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> database.dataSource("P2P")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Database.external("http://example.org", "")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSecondNodeOnTheSameDirectoryIsToldSo() {
    assertThatThrownBy(() -> Database.embedded(directory, "")).isInstanceOf(StoreException.class)
        .hasMessageContaining("in use by another node (process " + ProcessHandle.current().pid() + ")");
  }

  @Test
  void workWaitsWhileTheServerIsAwayAndTellsWhenItStaysAway() throws Exception {
    DataSource pool = database.dataSource("p2p");
    EmbeddedServer server = database.server().orElseThrow();
    server.stop();
    Thread starter;
    try {
      assertThatThrownBy(() -> one(new Transactions(pool, Duration.ofMillis(300), DiskAlarm.unseen()), "SELECT 1"))
          .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.retrySafe()).isTrue());
    } finally {
      starter = Thread.startVirtualThread(server::start);
    }
    assertThat(one(pool, "SELECT 'back'")).isEqualTo("back");
    starter.join();
  }

  @Test
  void aServerThatDiesByItselfIsStartedAgain() {
    DataSource pool = database.dataSource("p2p");
    String before = one(pool, "SELECT pg_postmaster_start_time()");
    long postmaster = database.server().orElseThrow().pid();

    ProcessHandle.of(postmaster).orElseThrow().destroyForcibly();

    // A backend outlives its postmaster for a moment, and may answer once more.
    await().atMost(Duration.ofSeconds(30)).until(() -> !one(pool, "SELECT pg_postmaster_start_time()").equals(before));
  }

  @Test
  void badSqlIsNotRetried() {
    assertThatThrownBy(() -> one(database.dataSource("p2p"), "SELECT nonsense"))
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.retrySafe()).isFalse());
  }
}
