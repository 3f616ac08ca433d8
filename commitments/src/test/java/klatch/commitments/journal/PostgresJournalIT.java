package klatch.commitments.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import klatch.log.Database;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The journal on a real PostgreSQL: the contract, and what the group commit promises. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PostgresJournalIT extends CommitmentStoreContract {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @TempDir
  static Path directory;

  @SuppressWarnings("NullAway.Init")
  private Database database;
  @SuppressWarnings("NullAway.Init")
  private DataSource money;
  @SuppressWarnings("NullAway.Init")
  private PostgresGroupCommit commits;

  @BeforeAll
  void start() throws SQLException {
    database = Database.embedded(directory, "");
    money = database.dataSource("money");
    commits = PostgresGroupCommit.open(money, PATIENCE);
    commits.write(connection -> execute(connection, "CREATE TABLE IF NOT EXISTS t (n integer PRIMARY KEY)"));
  }

  @AfterAll
  void stop() {
    commits.close();
    database.close();
  }

  @AfterEach
  void empty() {
    commits.write(connection -> execute(connection, "DELETE FROM t"));
  }

  @Override
  CommitmentStore store() {
    return new PostgresCommitmentStore(money, commits);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<Integer> numbers() throws SQLException {
    try (Connection connection = money.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT n FROM t ORDER BY n")) {
      List<Integer> numbers = new CopyOnWriteArrayList<>();
      while (rows.next()) {
        numbers.add(rows.getInt(1));
      }
      return numbers;
    }
  }

  @Test
  void aBadWriteFailsAloneAndTheOthersAreCommitted() throws Exception {
    List<Thread> writers = IntStream.range(0, 40).mapToObj(n -> Thread.ofVirtual().start(() -> {
      if (n % 4 == 0) {
        assertThatThrownBy(() -> commits.write(c -> execute(c, "INSERT INTO nowhere VALUES (1)")))
            .isInstanceOf(CommitException.class);
      } else {
        commits.write(c -> execute(c, "INSERT INTO t VALUES (" + n + ")"));
      }
    })).toList();
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(numbers()).isEqualTo(IntStream.range(0, 40).filter(n -> n % 4 != 0).boxed().toList());
    assertThatThrownBy(() -> commits.write(c -> {
      throw new IllegalStateException("a bug");
    })).isInstanceOf(CommitException.class).hasMessageContaining("a bug");
  }

  @Test
  void everybodyWaitsWhileTheServerIsAwayAndNothingIsLost() throws Exception {
    commits.write(c -> execute(c, "INSERT INTO t VALUES (1)"));
    database.server().orElseThrow().stop();
    Thread writer = Thread.ofVirtual().start(() -> commits.write(c -> execute(c,
        "INSERT INTO t VALUES (2) ON CONFLICT DO NOTHING")));
    await().during(Duration.ofMillis(300)).until(writer::isAlive);
    database.server().orElseThrow().start();
    writer.join();
    assertThat(numbers()).containsExactly(1, 2);
  }

  @Test
  void oneProcessAtATimeDrivesTheMoney() {
    assertThatThrownBy(() -> PostgresGroupCommit.open(money, Duration.ofMillis(50)))
        .isInstanceOf(CommitException.class).hasMessageContaining("another process");
  }

  @Test
  void anOwnerThatWasOvertakenStopsForGood() {
    DataSource other = database.dataSource("overtaken");
    PostgresGroupCommit first = PostgresGroupCommit.open(other, PATIENCE);
    first.write(c -> execute(c, "CREATE TABLE t (n integer)"));
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(() -> first.write(connection -> {
      if (tries.getAndIncrement() == 0) {
        execute(connection, "UPDATE money_owner SET epoch = epoch + 1");
        connection.commit();
        execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())");
      }
    })).isInstanceOf(CommitException.class).hasMessageContaining("took over");
    assertThatThrownBy(() -> first.write(c -> execute(c, "INSERT INTO t VALUES (1)")))
        .isInstanceOf(CommitException.class);
    first.close();
  }

  @Test
  void theRiderIsInEveryCommitAndLearnsOnlyOfCommitsThatWere() throws Exception {
    DataSource other = database.dataSource("ridden");
    try (PostgresGroupCommit ridden = PostgresGroupCommit.open(other, PATIENCE)) {
      ridden.write(c -> execute(c, "CREATE TABLE cut (n serial)"));
      AtomicInteger boarded = new AtomicInteger();
      AtomicInteger told = new AtomicInteger();
      ridden.rider(connection -> {
        if (boarded.incrementAndGet() == 1) {
          throw new SQLException("not yet", "40001");
        }
        execute(connection, "INSERT INTO cut DEFAULT VALUES");
        return told::incrementAndGet;
      });
      ridden.write(c -> execute(c, "SELECT 1"));
      await().untilAsserted(() -> assertThat(told).hasValue(1));
      ridden.wake();
      await().untilAsserted(() -> assertThat(told).hasValue(2));
      assertThat(boarded).hasValue(3);
    }
    // Closing has given the lock back.
    PostgresGroupCommit.open(other, PATIENCE).close();
  }
}
