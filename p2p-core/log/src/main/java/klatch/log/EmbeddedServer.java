package klatch.log;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of this node's own, under its data directory: loopback only, with a password, every commit on disk before
 * it returns. It ends with this process, however that ends, and is started again should it die by itself.
 *
 * <p>Guarded by its monitor. Unix only.
 */
public final class EmbeddedServer implements AutoCloseable {
  /** Recovery after a crash reads at most {@code max_wal_size}; longer than this means something is wrong. */
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  /** A server whose node was killed shuts itself down; after this it is killed too. */
  private static final Duration ORPHAN_PATIENCE = Duration.ofSeconds(10);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
  /** One segment of PostgreSQL's write-ahead log; it cannot go on when the next one does not fit. */
  private static final long LEAST_FREE_BYTES = 16 * 1024 * 1024;
  private static final int POLL_MILLIS = 10;
  private static final int RESTART_PAUSE_MILLIS = 500;
  private static final int PASSWORD_BYTES = 24;
  private static final int LOG_LINES_SHOWN = 5;
  private static final int STATUS_LINE = 7;
  private static final String USER = "klatch";
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServer.class);

  private final Path directory;
  private final Path cluster;
  private final Path binaries;
  private final String password;
  private final int port;
  private @Nullable Process process;
  private boolean wanted;

  private EmbeddedServer(Path directory, Path binaries, String password, int port) {
    this.directory = directory;
    this.cluster = directory.resolve("postgres");
    this.binaries = binaries;
    this.password = password;
    this.port = port;
  }

  /**
   * Starts the server of a data directory, after creating it there if there is none. The caller holds the directory's
   * {@link DirectoryLock}.
   *
   * @throws StoreException if it does not come up; the message ends with what the server said
   */
  static EmbeddedServer start(Path directory) {
    try {
      Path absolute = directory.toAbsolutePath().normalize();
      Path binaries = PostgresBinaries.unpacked();
      EmbeddedServer server = new EmbeddedServer(absolute, binaries, password(absolute), freePort());
      server.diskShortage().ifPresent(reason -> {
        throw new StoreException("PostgreSQL cannot be started: " + reason, true);
      });
      if (!Files.exists(server.cluster)) {
        server.create();
      }
      server.start();
      return server;
    } catch (IOException e) {
      throw new StoreException("cannot start PostgreSQL in " + directory + ": " + e, true, e);
    }
  }

  private static String password(Path directory) throws IOException {
    Path file = directory.resolve("postgres.password");
    if (!Files.exists(file)) {
      byte[] random = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(random);
      Path fresh = directory.resolve("postgres.password.new");
      Files.deleteIfExists(fresh);
      Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(fresh, HexFormat.of().formatHex(random));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(file).strip();
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  String user() {
    return USER;
  }

  String password() {
    return password;
  }

  /** Creates the cluster beside its place and renames it, so that a killed first start leaves nothing half made. */
  private void create() throws IOException {
    Path fresh = directory.resolve("postgres.new");
    PostgresBinaries.deleteTree(fresh);
    List<String> command = new ArrayList<>(asNobodyIfRoot());
    command.addAll(List.of(binaries.resolve("bin/initdb").toString(), "-D", fresh.toString(), "-U", USER, "-A",
        "scram-sha-256", "--pwfile=" + directory.resolve("postgres.password"), "-E", "UTF8", "--no-locale",
        "--no-instructions"));
    Process initdb = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(directory.resolve("initdb.log").toFile()).start();
    if (waitFor(initdb) != 0) {
      throw new StoreException("initdb failed: " + lastLines(directory.resolve("initdb.log")), false);
    }
    Files.move(fresh, cluster, StandardCopyOption.ATOMIC_MOVE);
  }

  private static int waitFor(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while PostgreSQL was set up", true, e);
    }
  }

  /** PostgreSQL refuses to run as root; in a user namespace without a mapping it sees itself as nobody. */
  static List<String> asNobodyIfRoot() {
    return System.getProperty("user.name").equals("root") && onPath("unshare") ? List.of("unshare", "-U") : List.of();
  }

  private static boolean onPath(String program) {
    for (String folder : Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Starts it again after {@link #stop}, on the same port; does nothing while it runs. */
  public synchronized void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    wanted = true;
    clearOrphan();
    process = launch();
    awaitReady(process);
  }

  /** Stops it and disconnects everybody; what was committed stays. For maintenance and for tests of an outage. */
  public synchronized void stop() {
    wanted = false;
    Process running = process;
    if (running == null || !running.isAlive()) {
      return;
    }
    try {
      // SIGINT is PostgreSQL's fast shutdown; Process.destroy would wait for every client to leave.
      new ProcessBuilder("kill", "-INT", Long.toString(running.pid())).start().waitFor();
      if (!running.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        running.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      running.destroyForcibly();
      throw new StoreException("cannot stop PostgreSQL gently: " + e, true, e);
    } catch (InterruptedException e) {
      running.destroy();
      Thread.currentThread().interrupt();
    }
  }

  /** True while the server process is there. */
  public synchronized boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** Says so when there is too little room left for PostgreSQL to write a file of its own log. */
  Optional<String> diskShortage() {
    try {
      long free = Files.getFileStore(directory).getUsableSpace();
      return free >= LEAST_FREE_BYTES
          ? Optional.empty()
          : Optional.of("the disk is full, " + free + " bytes are free under " + directory + " and " + LEAST_FREE_BYTES
              + " are needed; what was stored before is safe");
    } catch (IOException e) {
      return Optional.of("the data directory cannot be read: " + e);
    }
  }

  synchronized long pid() {
    if (process == null) {
      throw new IllegalStateException("the server was never started");
    }
    return process.pid();
  }

  @Override
  public void close() {
    stop();
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(asNobodyIfRoot());
    if (onPath("setpriv")) {
      // The kernel sends a fast shutdown when the thread that started it is gone, even by kill -9.
      command.addAll(List.of("setpriv", "--pdeathsig", "INT"));
    }
    command.addAll(List.of(binaries.resolve("bin/postgres").toString(), "-D", cluster.toString()));
    List<String> settings = List.of("listen_addresses=127.0.0.1", "port=" + port, "unix_socket_directories=",
        "fsync=on", "synchronous_commit=on", "full_page_writes=on", "wal_level=minimal", "max_wal_senders=0",
        "max_logical_replication_workers=0",
        "max_connections=200", "shared_buffers=16MB", "huge_pages=off", "max_parallel_workers=0",
        "max_worker_processes=1", "max_wal_size=256MB", "io_method=sync", "jit=off",
        "log_destination=stderr", "logging_collector=off", "log_min_messages=warning", "timezone=UTC");
    settings.forEach(setting -> command.addAll(List.of("-c", setting)));
    return command;
  }

  /**
   * The signal at the parent's death comes when the starting <em>thread</em> dies, so a platform thread that waits for the
   * server starts it.
   */
  private Process launch() {
    CompletableFuture<Process> started = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("postgres-" + port).start(() -> {
      try {
        ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        Process child = builder.start();
        started.complete(child);
        int code = child.waitFor();
        ended(child, code);
      } catch (IOException e) {
        started.completeExceptionally(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    try {
      return started.join();
    } catch (CompletionException e) {
      throw new StoreException("cannot start PostgreSQL: " + e.getCause(), true, e);
    }
  }

  private Path log() {
    return directory.resolve("postgres.log");
  }

  private void ended(Process child, int code) {
    synchronized (this) {
      if (!wanted || process != child) {
        return;
      }
      LOG.error("PostgreSQL ended by itself with code {}: {}; starting it again", code, lastLines(log()));
    }
    Thread.ofVirtual().name("postgres-restart").start(this::restart);
  }

  private void restart() {
    while (true) {
      try {
        Thread.sleep(RESTART_PAUSE_MILLIS);
        synchronized (this) {
          if (wanted) {
            start();
          }
          return;
        }
      } catch (StoreException e) {
        LOG.error("PostgreSQL does not come up again: {}", e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void awaitReady(Process child) {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!isReady(child)) {
      if (!child.isAlive()) {
        throw new StoreException("PostgreSQL did not start in " + cluster + ": " + lastLines(log()), true);
      }
      if (System.nanoTime() > deadline) {
        throw new StoreException(
            "PostgreSQL is not ready after " + READY_WITHIN.toSeconds() + " s: " + lastLines(log()),
            true);
      }
      pause();
    }
  }

  /** The postmaster writes its state into line 8 of its pid file. */
  private boolean isReady(Process child) {
    List<String> lines = pidFile();
    return lines.size() > STATUS_LINE && lines.get(0).strip().equals(Long.toString(child.pid()))
        && lines.get(STATUS_LINE).strip().equals("ready");
  }

  private List<String> pidFile() {
    try {
      return Files.readAllLines(cluster.resolve("postmaster.pid"));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** A server left by a node that was killed: waits for its shutdown, then kills it; removes a pid file of nobody. */
  private void clearOrphan() {
    List<String> lines = pidFile();
    if (lines.isEmpty()) {
      return;
    }
    Optional<ProcessHandle> orphan = ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
        .filter(this::servesOurCluster);
    if (orphan.isEmpty()) {
      deletePidFile();
      return;
    }
    LOG.warn("waiting for the PostgreSQL (process {}) of a node that was killed", orphan.get().pid());
    orphan.get().destroy();
    long deadline = System.nanoTime() + ORPHAN_PATIENCE.toNanos();
    while (servesOurCluster(orphan.get())) {
      if (System.nanoTime() > deadline) {
        orphan.get().destroyForcibly();
      }
      pause();
    }
  }

  /** False for a process that is dead and only not yet collected: it has no command line any more. */
  private boolean servesOurCluster(ProcessHandle handle) {
    return handle.info().commandLine().map(line -> line.contains(cluster.toString())).orElse(false);
  }

  private void deletePidFile() {
    try {
      Files.deleteIfExists(cluster.resolve("postmaster.pid"));
    } catch (IOException e) {
      throw new StoreException("cannot remove the pid file of a dead PostgreSQL: " + e, true, e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while PostgreSQL started", true, e);
    }
  }

  private static String lastLines(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }
}
