package klatch.commitments.journal;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The one connection that may write money, with the advisory lock that proves it. When it breaks, the next one is only
 * used if nobody else has driven the money in between: every owner raises the epoch. Touched by the committer's thread.
 */
final class MoneyConnection {
  private static final String KEY = "hashtextextended('klatch money ' || current_schema(), 0)";
  private static final int VALID_WITHIN_SECONDS = 2;

  private final DataSource source;
  private @Nullable Connection connection;
  private long epoch;

  /** @param source if it is a shared pool over PostgreSQL, the connection is opened beside it, for it is never given back */
  MoneyConnection(DataSource source) {
    try {
      this.source = source.isWrapperFor(PGSimpleDataSource.class) ? source.unwrap(PGSimpleDataSource.class) : source;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Another process has the lock; it may be our own dead session, so it is worth asking again. */
  static final class LockedException extends SQLException {
    private static final long serialVersionUID = 1L;

    LockedException() {
      super("another process drives this node's money", "55P03");
    }
  }

  /** Another process has driven the money since: this one must never write again. */
  static final class OvertakenException extends SQLException {
    private static final long serialVersionUID = 1L;

    OvertakenException(long ours, long found) {
      super("another process took over this node's money (epoch " + found + ", ours was " + ours + ")", "55000");
    }
  }

  /** Takes the lock for the first time. */
  void own() throws SQLException {
    Connection fresh = locked();
    try (Statement statement = fresh.createStatement();
        ResultSet row = statement.executeQuery("UPDATE money_owner SET epoch = epoch + 1 RETURNING epoch")) {
      row.next();
      epoch = row.getLong(1);
    }
    fresh.commit();
    connection = fresh;
  }

  /** In a transaction of its own as soon as it is used. */
  Connection ready() throws SQLException {
    Connection current = connection;
    if (current != null) {
      return current;
    }
    Connection fresh = locked();
    try (Statement statement = fresh.createStatement();
        ResultSet row = statement.executeQuery("SELECT epoch FROM money_owner")) {
      row.next();
      long found = row.getLong(1);
      if (found != epoch) {
        drop(fresh);
        throw new OvertakenException(epoch, found);
      }
    }
    fresh.commit();
    connection = fresh;
    return fresh;
  }

  private Connection locked() throws SQLException {
    Connection fresh = source.getConnection();
    try {
      fresh.setAutoCommit(false);
      try (Statement statement = fresh.createStatement();
          ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + KEY + ")")) {
        row.next();
        if (!row.getBoolean(1)) {
          throw new LockedException();
        }
      }
      return fresh;
    } catch (SQLException e) {
      drop(fresh);
      throw e;
    }
  }

  /** Whether it was the surroundings, not the statement: the server is away, full, starting, or asks to try again. */
  boolean away(SQLException e) {
    String state = e.getSQLState();
    boolean byKind = e instanceof SQLTransientException || e instanceof SQLRecoverableException
        || e instanceof SQLNonTransientConnectionException || e instanceof LockedException;
    boolean byState = state != null && (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")
        || state.startsWith("58") || state.startsWith("40") || state.equals("25006"));
    return byKind || byState || !alive();
  }

  private boolean alive() {
    Connection current = connection;
    try {
      return current != null && current.isValid(VALID_WITHIN_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Gives the connection up, its lock with it. */
  void drop() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      drop(current);
    }
  }

  /** A pool would keep the session and with it the lock, so the lock is given back; a broken session is ended. */
  private static void drop(Connection connection) {
    try {
      connection.rollback();
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_advisory_unlock_all()");
      }
      connection.commit();
      connection.setAutoCommit(true);
    } catch (SQLException broken) {
      abort(connection);
    }
    try {
      connection.close();
    } catch (SQLException alreadyGone) {
      // Nothing of it is left to close.
    }
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException alreadyGone) {
      // That is what was wanted.
    }
  }
}
