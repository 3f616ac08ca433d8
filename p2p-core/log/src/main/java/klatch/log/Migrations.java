package klatch.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Brings the tables of one module up to date with Flyway. Flyway takes longer than all the rest of a node's start, so a
 * history that it has left in order bears the hash of the scripts, and is not looked at again until they change.
 */
public final class Migrations {
  /** Half a minute in all: a server on a busy machine may be slow to take a connection when a node starts. */
  private static final int CONNECT_RETRIES = 5;
  private static final String OWN_SCHEMA_TABLE = "flyway_schema_history";
  private static final String MARK = "klatch scripts ";

  private final ClassLoader loader;
  private final String location;
  private final String table;
  private final boolean shared;

  private Migrations(ClassLoader loader, String location, String table, boolean shared) {
    this.loader = loader;
    this.location = location;
    this.table = table;
    this.shared = shared;
  }

  /**
   * For a module with a schema of its own.
   *
   * @param location class path folder of the scripts, such as {@code klatch/log/migrations}
   */
  public static Migrations alone(ClassLoader loader, String location) {
    return new Migrations(loader, location, OWN_SCHEMA_TABLE, false);
  }

  /**
   * For a module that shares its schema with others.
   *
   * @param table the history of this module's scripts
   */
  public static Migrations sharing(ClassLoader loader, String location, String table) {
    return new Migrations(loader, location, table, true);
  }

  /**
   * Runs the scripts that the schema lacks.
   *
   * @param source connections with the schema first in their search path
   */
  public void run(DataSource source) {
    DataSource unpooled = unpooled(source);
    try {
      String mark = MARK + hash();
      Transactions transactions = new Transactions(unpooled);
      Optional<String> schema = transactions.run(connection -> schemaToDo(connection, mark));
      if (schema.isPresent()) {
        flyway(unpooled, schema.get()).load().migrate();
        transactions.run(connection -> mark(connection, mark));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the scripts under " + location + " cannot be read", e);
    }
  }

  /** Flyway holds two connections at once, and of a pool that many nodes share each may only hold one. */
  private static DataSource unpooled(DataSource source) {
    try {
      return source.isWrapperFor(PGSimpleDataSource.class) ? source.unwrap(PGSimpleDataSource.class) : source;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private FluentConfiguration flyway(DataSource source, String schema) {
    FluentConfiguration flyway = Flyway.configure(loader).dataSource(source).connectRetries(CONNECT_RETRIES)
        .schemas(schema).defaultSchema(schema).table(table).locations("classpath:" + location);
    return shared ? flyway.baselineOnMigrate(true).baselineVersion("0") : flyway;
  }

  /** @return the schema, unless its history bears the mark */
  private Optional<String> schemaToDo(Connection connection, String mark) throws SQLException {
    String sql = "SELECT current_schema(), coalesce(obj_description(to_regclass(quote_ident(?)), 'pg_class'), '') = ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, table);
      select.setString(2, mark);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        String schema = row.getString(1);
        if (schema == null) {
          throw new IllegalStateException("the connections are set to no schema");
        }
        return row.getBoolean(2) ? Optional.empty() : Optional.of(schema);
      }
    }
  }

  private boolean mark(Connection connection, String mark) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute("COMMENT ON TABLE \"" + table + "\" IS '" + mark + "'");
    }
  }

  /** Over the names and the bytes of all scripts. */
  private String hash() throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (String name : scripts()) {
      try (InputStream script = loader.getResourceAsStream(location + "/" + name)) {
        if (script == null) {
          throw new IOException(name + " is gone");
        }
        byte[] bytes = script.readAllBytes();
        digest.update((name + "\n" + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private List<String> scripts() throws IOException {
    URL folder = loader.getResource(location);
    if (folder == null) {
      throw new IOException("there is no such folder in the class path");
    }
    URLConnection connection = folder.openConnection();
    if (connection instanceof JarURLConnection jar) {
      String prefix = location + "/";
      try (Stream<String> names = jar.getJarFile().stream().map(entry -> entry.getName())) {
        return names.filter(name -> name.startsWith(prefix) && name.endsWith(".sql"))
            .map(name -> name.substring(prefix.length())).sorted().toList();
      }
    }
    try (Stream<Path> files = Files.list(Path.of(URI.create(folder.toString())))) {
      return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".sql")).sorted().toList();
    }
  }
}
