package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.Ed25519Key;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresLogStoreIT extends LogStoreContract {
  @TempDir
  static Path directory;
  private static Database database;

  @BeforeAll
  static void start() {
    database = Database.embedded(directory, "it_");
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  void appendsThatWaitForEachOtherShareATransaction() throws Exception {
    List<Thread> threads = new ArrayList<>();
    try (Connection other = database.dataSource(PostgresLogStore.SCHEMA).unwrap(PGSimpleDataSource.class)
        .getConnection(); Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_xact_lock(hashtext('klatch log writer ' || current_schema()))");
      for (int i = 0; i < 10; i++) {
        int n = i;
        threads.add(Thread.ofPlatform().start(() -> append(store, Ed25519Key.generate(), n)));
      }
      await().until(() -> threads.stream().filter(thread -> thread.getState() == Thread.State.WAITING).count() == 9);
      other.commit();
      for (Thread thread : threads) {
        thread.join();
      }
      try (PreparedStatement count = other.prepareStatement(
          "SELECT count(*), count(DISTINCT entry.xmin::text) FROM entry JOIN log USING (log_id) WHERE topic = ?")) {
        count.setBytes(1, topic.bytes());
        try (ResultSet row = count.executeQuery()) {
          row.next();
          assertThat(row.getInt(1)).isEqualTo(10);
          assertThat(row.getInt(2)).as("transactions").isLessThanOrEqualTo(2);
        }
      }
    }
  }

  @Override
  LogStore open(InstantSource clock) {
    return new PostgresLogStore(database, clock);
  }
}
