package klatch.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work in PostgreSQL transactions and waits while the server is away. Safe for any number of threads.
 *
 * <p>After a lost connection nobody knows whether a commit went through, so work is run again from its start and must come
 * to the same end when it had been done already.
 */
public final class Transactions {
  /** A restart of the server or of its machine's network takes less; after this the caller is told. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PAUSE_MILLIS = 100;
  /** Shutdown, crash, starting up, too many connections, serialization failure, deadlock, a standby that only reads yet. */
  private static final Set<String> PASSING = Set.of("57P01", "57P02", "57P03", "53300", "40001", "40P01", "25006");
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

  private final DataSource pool;
  private final Duration patience;
  private final DiskAlarm disk;

  public Transactions(DataSource pool) {
    this(pool, PATIENCE, DiskAlarm.unseen());
  }

  /**
   * @param patience how long to wait while the server is away
   * @param disk     is raised when the disk is full, and then waiting is no use
   */
  public Transactions(DataSource pool, Duration patience, DiskAlarm disk) {
    this.pool = pool;
    this.patience = patience;
    this.disk = disk;
  }

  /** What happens inside one transaction. May run more than once. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /**
   * @return what the work returned, after its commit
   * @throws StoreException safe to retry, if the server stays away or the disk is full; not safe, if the statement is bad
   */
  public <T> T run(Work<T> work) {
    long deadline = System.nanoTime() + patience.toNanos();
    boolean told = false;
    while (true) {
      try (Connection connection = pool.getConnection()) {
        return commit(connection, work);
      } catch (SQLException e) {
        if (!isPassing(e)) {
          throw failure(e);
        }
        Optional<String> hopeless = disk.reason(e);
        if (hopeless.isPresent()) {
          throw new StoreException("nothing was stored: " + hopeless.get(), true, e);
        }
        if (System.nanoTime() > deadline) {
          throw new StoreException("PostgreSQL has been away for " + patience.toSeconds() + " s: " + e.getMessage(),
              true,
              e);
        }
        if (!told) {
          LOG.warn("PostgreSQL is away, waiting up to {} s: {}", patience.toSeconds(), e.getMessage());
          told = true;
        }
        pause();
      }
    }
  }

  private static <T> T commit(Connection connection, Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    boolean committed = false;
    try {
      T result = work.in(connection);
      connection.commit();
      committed = true;
      return result;
    } finally {
      if (!committed && !connection.isClosed()) {
        rollback(connection);
      }
    }
  }

  /** Leaves the work's own failure as the one that is reported. */
  private static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      LOG.debug("rollback on a broken connection", e);
    }
  }

  /** True when the same work may simply be run again: the connection failed or the server is not up. */
  static boolean isPassing(SQLException e) {
    String state = e.getSQLState();
    return e instanceof SQLTransientConnectionException
        || (state != null && (state.startsWith("08") || PASSING.contains(state)));
  }

  private StoreException failure(SQLException e) {
    if (DiskAlarm.says(e)) {
      return new StoreException("nothing was stored: " + disk.reason(e).orElseThrow(), true, e);
    }
    return new StoreException("PostgreSQL refused: " + e.getMessage(), false, e);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while PostgreSQL was away", true, e);
    }
  }
}
