package klatch.log;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * Where a node keeps its tables: an embedded PostgreSQL under its data directory, or an external one. Each module has a
 * schema of its own, named with this node's prefix, so that many nodes may share one server.
 *
 * <p>Safe for any number of threads. Closing it closes its pools, and the server if it started one.
 */
public final class Database implements AutoCloseable {
  /** Callers that cannot get a connection for so long are told, and decide themselves whether to wait on. */
  private static final long CONNECTION_TIMEOUT_MILLIS = 2_000;
  /** Half a minute in all: a server on a busy machine may be slow to take a connection when a node starts. */
  private static final int CONNECT_RETRIES = 5;
  /** An idle node gives its connections back. */
  private static final long IDLE_TIMEOUT_MILLIS = 60_000;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}|");

  private final String jdbcUrl;
  private final @Nullable EmbeddedServer server;
  private final @Nullable DirectoryLock lock;
  private final boolean owner;
  private final String prefix;
  private final ConcurrentMap<String, HikariDataSource> pools = new ConcurrentHashMap<>();

  private Database(String jdbcUrl, @Nullable EmbeddedServer server, @Nullable DirectoryLock lock, boolean owner,
      String prefix) {
    this.jdbcUrl = jdbcUrl;
    this.server = server;
    this.lock = lock;
    this.owner = owner;
    this.prefix = checkedName(prefix, "schema prefix");
  }

  /**
   * Takes the directory and starts its PostgreSQL, creating both if they are not there: about 0.5 s for an existing one.
   *
   * @param prefix put before each schema name, such as {@code alice_}, or empty
   * @throws StoreException if another node has the directory, or the server does not come up
   */
  public static Database embedded(Path directory, String prefix) {
    DirectoryLock lock = DirectoryLock.acquire(directory);
    try {
      EmbeddedServer server = EmbeddedServer.start(directory);
      return new Database(server.jdbcUrl(), server, lock, true, prefix);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** @param jdbcUrl {@code jdbc:postgresql://…} with user and password, several hosts allowed */
  public static Database external(String jdbcUrl, String prefix) {
    if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("a database is named by jdbc:postgresql://host/name?user=…&password=…, not "
          + jdbcUrl);
    }
    return new Database(jdbcUrl, null, null, false, prefix);
  }

  /** Another node's schemas on the same server. Closing it leaves the server up; close it before this one. */
  public Database withPrefix(String otherPrefix) {
    return new Database(jdbcUrl, server, null, false, otherPrefix);
  }

  /** The embedded server, for those who stop and start it; empty for an external database. */
  public Optional<EmbeddedServer> server() {
    return Optional.ofNullable(server);
  }

  /** How another process of this person reaches the same server: a JDBC URL with user and password. A secret. */
  public String urlWithLogin() {
    return server == null ? jdbcUrl : jdbcUrl + "?user=" + server.user() + "&password=" + server.password();
  }

  /** The full name of a module's schema on the server. */
  public String schemaName(String schema) {
    return prefix + checkedName(schema, "schema");
  }

  /**
   * The pool of a schema, which is created if it is not there and is first in the search path of its connections. The
   * pool is made by the first call; later calls get the same one.
   *
   * @param poolSize most connections open at once
   */
  public DataSource dataSource(String schema, int poolSize) {
    return pools.computeIfAbsent(schemaName(schema), name -> {
      HikariDataSource pool = new HikariDataSource(config(name, poolSize));
      createSchema(pool, name);
      return pool;
    });
  }

  private HikariConfig config(String schemaName, int poolSize) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(schemaName);
    config.setJdbcUrl(jdbcUrl);
    if (server != null) {
      config.setUsername(server.user());
      config.setPassword(server.password());
    }
    config.addDataSourceProperty("currentSchema", schemaName);
    config.addDataSourceProperty("ApplicationName", "klatch " + schemaName);
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", "60");
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    // Otherwise a failed batch carries its values, channel secrets among them, into messages and so into logs.
    config.addDataSourceProperty("logServerErrorDetail", "false");
    config.setMaximumPoolSize(poolSize);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
    config.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
    config.setInitializationFailTimeout(-1);
    return config;
  }

  private void createSchema(DataSource pool, String name) {
    transactions(pool).run(connection -> {
      try (Statement statement = connection.createStatement()) {
        // Two nodes that create one schema at once would collide on a system index without the lock.
        statement.execute("SELECT pg_advisory_xact_lock(hashtext('klatch create schema'))");
        return statement.execute("CREATE SCHEMA IF NOT EXISTS \"" + name + "\"");
      }
    });
  }

  /** Transactions on a pool of this database, which know when it is the disk that keeps the server away. */
  public Transactions transactions(DataSource pool) {
    return new Transactions(pool, Transactions.PATIENCE, this::obstacle);
  }

  private Optional<String> obstacle() {
    return server == null ? Optional.empty() : server.diskShortage();
  }

  /**
   * Brings a schema to the newest version with Flyway; each schema has its own history.
   *
   * @param location class path folder of the migrations, such as {@code klatch/log/migrations}
   * @param poolSize as in {@link #dataSource}
   */
  public DataSource migrate(String schema, String location, int poolSize) {
    DataSource pool = dataSource(schema, poolSize);
    String name = schemaName(schema);
    Flyway.configure(Database.class.getClassLoader()).dataSource(pool).connectRetries(CONNECT_RETRIES).schemas(name)
        .defaultSchema(name)
        .locations("classpath:" + location).load().migrate();
    return pool;
  }

  private static String checkedName(String name, String what) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + " '" + name + "' must be up to 40 of a-z 0-9 _ and start with a letter");
    }
    return name;
  }

  @Override
  public void close() {
    pools.values().forEach(HikariDataSource::close);
    if (owner && server != null) {
      server.close();
    }
    if (lock != null) {
      lock.close();
    }
  }
}
