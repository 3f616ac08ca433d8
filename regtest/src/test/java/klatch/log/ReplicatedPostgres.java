package klatch.log;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import klatch.regtest.Until;

/** A PostgreSQL with a synchronous standby: a commit returns when both have it on disk. Loopback, trusted, ended with the test. */
public final class ReplicatedPostgres implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String USER = "klatch";

  private final Path directory;
  private final Path binaries;
  private final Server primary;
  private final Server standby;

  private record Server(String name, int port, Process process) {
    String url() {
      return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER;
    }
  }

  public ReplicatedPostgres(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.binaries = PostgresBinaries.unpacked();
    finished(List.of(binary("initdb"), "-D", directory.resolve("primary").toString(), "-U", USER, "-A", "trust", "-E",
        "UTF8", "--no-locale", "--no-instructions", "--no-sync"));
    copy(directory.resolve("primary"), directory.resolve("standby"));
    int primaryPort = freePort();
    Files.writeString(directory.resolve("standby/standby.signal"), "");
    Files.writeString(directory.resolve("standby/postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 port=" + primaryPort + " user=" + USER + " application_name=standby'\n",
        StandardOpenOption.APPEND);
    primary = start("primary", primaryPort);
    standby = start("standby", freePort());
    Until.holds("the standby follows", PATIENCE,
        () -> asked(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'async'").equals("1"));
    asked(primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    asked(primary, "SELECT pg_reload_conf()");
    Until.holds("the standby is waited for", PATIENCE,
        () -> asked(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").equals("1"));
  }

  /** Both servers; whoever asks gets the one that writes. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port()
        + "/postgres?targetServerType=primary&user=" + USER;
  }

  /** The primary dies as by a power cut. */
  public void loseThePrimary() {
    end(primary);
  }

  /** The standby takes over, as its operator's tool would have it do. */
  public void promote() {
    asked(standby, "SELECT pg_promote()");
  }

  private static String asked(Server server, String sql) {
    try (Connection connection = DriverManager.getConnection(server.url());
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        return row.getString(1);
      }
    } catch (SQLException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private Server start(String name, int port) throws IOException {
    List<String> command = new ArrayList<>(EmbeddedServer.asNobodyIfRoot());
    command.addAll(List.of(binary("postgres"), "-D", directory.resolve(name).toString(), "-c", "port=" + port, "-c",
        "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "wal_level=replica", "-c",
        "hot_standby=on", "-c", "shared_buffers=16MB", "-c",
        "io_method=sync", "-c", "huge_pages=off"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(directory.resolve(name + ".log").toFile()).start();
    Server server = new Server(name, port, process);
    Until.holds(() -> asked(server, "SELECT 'here'").equals("here"), PATIENCE, () -> name + ": " + log(name));
    return server;
  }

  private String log(String name) {
    try {
      return Files.readString(directory.resolve(name + ".log"));
    } catch (IOException e) {
      return "no log";
    }
  }

  private String binary(String name) {
    return binaries.resolve("bin").resolve(name).toString();
  }

  private void finished(List<String> command) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(EmbeddedServer.asNobodyIfRoot());
    whole.addAll(command);
    Process process = new ProcessBuilder(whole).redirectErrorStream(true)
        .redirectOutput(directory.resolve("initdb.log").toFile()).start();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(Files.readString(directory.resolve("initdb.log")));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file));
        Files.copy(file, target);
        Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(file));
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  @Override
  public void close() {
    end(primary);
    end(standby);
  }

  private static void end(Server server) {
    server.process().descendants().forEach(ProcessHandle::destroyForcibly);
    server.process().destroyForcibly().onExit().join();
  }
}
