package klatch.log;

import java.nio.file.Path;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a node keeps its tables: an embedded PostgreSQL under its data directory, or an external one. Each module has a
 * schema of its own, named with this node's prefix, so that many nodes may share one server.
 *
 * <p>Safe for any number of threads. Closing it closes its pools, and the server if it started one.
 */
public final class Database implements AutoCloseable {
  /** Seconds; on loopback or a local network a server that is up answers at once. */
  private static final int CONNECT_TIMEOUT = 5;
  /** Seconds without a byte of the answer; the longest statement of ours takes a fraction of it. */
  private static final int SOCKET_TIMEOUT = 60;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}|");

  private final String jdbcUrl;
  private final @Nullable EmbeddedServer server;
  private final @Nullable DirectoryLock lock;
  private final boolean owner;
  private final String prefix;
  private final DiskAlarm disk;
  private final SharedPool pool;
  private final ConcurrentMap<String, DataSource> views = new ConcurrentHashMap<>();

  private Database(String jdbcUrl, @Nullable EmbeddedServer server, @Nullable DirectoryLock lock, boolean owner,
      String prefix, DiskAlarm disk, @Nullable SharedPool lent) {
    this.jdbcUrl = jdbcUrl;
    this.server = server;
    this.lock = lock;
    this.owner = owner;
    this.prefix = checkedName(prefix, "schema prefix");
    this.disk = disk;
    this.pool = lent == null ? new SharedPool(source("public")) : lent;
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
      return new Database(server.jdbcUrl(), server, lock, true, prefix, new DiskAlarm(server::diskShortage), null);
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
    return new Database(jdbcUrl, null, null, true, prefix, DiskAlarm.unseen(), null);
  }

  /** Another node's schemas on the same server and connections. Closing it leaves both; close it before this one. */
  public Database withPrefix(String otherPrefix) {
    return new Database(jdbcUrl, server, null, false, otherPrefix, disk, pool);
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
   * The process's few connections to the server, for one transaction at a time, set to a schema, which is created if it is
   * not there. Whoever holds one must not wait for another. {@link DataSource#unwrap} to {@link PGSimpleDataSource} gives
   * a source of connections outside the pool, for those who keep one.
   */
  public DataSource dataSource(String schema) {
    return views.computeIfAbsent(schemaName(schema), name -> {
      DataSource view = pool.view(name, source(name));
      createSchema(view, name);
      return view;
    });
  }

  private PGSimpleDataSource source(String schemaName) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(jdbcUrl);
    if (server != null) {
      source.setUser(server.user());
      source.setPassword(server.password());
    }
    source.setCurrentSchema(schemaName);
    source.setApplicationName("klatch");
    source.setConnectTimeout(CONNECT_TIMEOUT);
    source.setSocketTimeout(SOCKET_TIMEOUT);
    source.setReWriteBatchedInserts(true);
    source.setTcpKeepAlive(true);
    // Otherwise a failed batch carries its values, channel secrets among them, into messages and so into logs.
    source.setLogServerErrorDetail(false);
    return source;
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
    return new Transactions(pool, Transactions.PATIENCE, disk);
  }

  /** Raised when the disk under this database is full; one for all the nodes that share a server in this process. */
  public DiskAlarm diskAlarm() {
    return disk;
  }

  /**
   * Brings a module's own schema to the newest version.
   *
   * @param location class path folder of the migrations, such as {@code klatch/log/migrations}
   * @return as {@link #dataSource}
   */
  public DataSource migrate(String schema, String location) {
    DataSource source = dataSource(schema);
    Migrations.alone(Database.class.getClassLoader(), location).run(source);
    return source;
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
    if (owner) {
      pool.close();
      if (server != null) {
        server.close();
      }
    }
    if (lock != null) {
      lock.close();
    }
  }
}
