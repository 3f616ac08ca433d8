package klatch.log;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The few connections of this process to its server, lent for one transaction at a time to whichever schema asks. Each
 * costs PostgreSQL a process of its own. Whoever holds one must not wait for a second: with every one held like that,
 * nobody would get on.
 */
final class SharedPool implements AutoCloseable {
  /** More transactions than this at once would wait for each other's disk writes anyway. */
  private static final int MOST_CONNECTIONS = 6;
  /** Callers that cannot get a connection for so long are told, and decide themselves whether to wait on. */
  private static final long CONNECTION_TIMEOUT_MILLIS = 2_000;
  /** An idle node gives its connections back. */
  private static final long IDLE_TIMEOUT_MILLIS = 10_000;

  private final HikariDataSource pool;
  /** Which schema is first in the search path of a connection; a new one has none. */
  private final Map<Connection, String> schemas = Collections.synchronizedMap(new WeakHashMap<>());

  /** @param source where new connections come from */
  SharedPool(DataSource source) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("klatch");
    config.setDataSource(source);
    config.setMaximumPoolSize(MOST_CONNECTIONS);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
    config.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
    config.setInitializationFailTimeout(-1);
    this.pool = new HikariDataSource(config);
  }

  /**
   * The connections as one schema sees them.
   *
   * @param alone opens connections of the caller's own, for those who hold one as long as the node runs
   */
  DataSource view(String schema, PGSimpleDataSource alone) {
    return new View(schema, alone);
  }

  private Connection lend(String schema) throws SQLException {
    Connection lent = pool.getConnection();
    try {
      Connection physical = lent.unwrap(org.postgresql.jdbc.PgConnection.class);
      if (!Objects.equals(schemas.get(physical), schema)) {
        try (Statement statement = lent.createStatement()) {
          statement.execute("SET search_path TO \"" + schema + "\"");
        }
        schemas.put(physical, schema);
      }
      return lent;
    } catch (SQLException e) {
      pool.evictConnection(lent);
      throw e;
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  private final class View implements DataSource {
    private final String schema;
    private final PGSimpleDataSource alone;

    View(String schema, PGSimpleDataSource alone) {
      this.schema = schema;
      this.alone = alone;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return lend(schema);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      throw new SQLFeatureNotSupportedException("the login is the database's");
    }

    @Override
    public boolean isWrapperFor(Class<?> kind) {
      return kind.isInstance(alone);
    }

    @Override
    public <T> T unwrap(Class<T> kind) throws SQLException {
      if (!kind.isInstance(alone)) {
        throw new SQLException("not a wrapper for " + kind);
      }
      return kind.cast(alone);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
      return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() {
      return 0;
    }

    @Override
    public Logger getParentLogger() {
      return Logger.getLogger(SharedPool.class.getName());
    }
  }
}
