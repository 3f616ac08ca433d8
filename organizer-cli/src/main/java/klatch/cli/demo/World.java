package klatch.cli.demo;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import klatch.cli.ApiClient;
import klatch.cli.FileClock;
import klatch.cli.Network;
import klatch.cli.NoNodeException;
import klatch.cli.Node;
import klatch.cli.NodeOptions;
import klatch.log.Database;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.BitcoindProgram;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import klatch.web.wire.NodeStatus;

/**
 * The stage of a rehearsal: one PostgreSQL, one chain, the organiser as a process of its own, and the attendees as
 * separate nodes in this process. Everything listens on loopback. Built once, driven by one thread.
 */
final class World implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  /** How long a started organiser may take until its API answers: kills come in between. */
  private static final Duration ORGANISER_PATIENCE = Duration.ofSeconds(60);

  private final Path directory;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Path clockFile;
  private final Database database;
  private final Chain chain;
  private final OrganiserProcess organiser;
  private final Path organiserDir;
  private final List<Node> attendees = new ArrayList<>();

  /** @param organiserMain the organiser's program: the real one, or in a test one that cheats */
  World(DemoOptions options, Path directory, String organiserMain) throws IOException {
    this.directory = directory;
    this.clockFile = directory.resolve("clock");
    this.organiserDir = Files.createDirectories(directory.resolve("organiser"));
    try {
      FileClock.jump(clockFile, 0);
      chain = opened(switch (options.chain()) {
        case EMBEDDED -> EmbeddedChain.start(InstantSource.system());
        case BITCOIND -> BitcoindChain.start(bitcoind());
      });
      database = opened(Database.embedded(directory.resolve("database"), ""));
      organiser = opened(startOrganiser(options, organiserMain));
    } catch (RuntimeException | IOException e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  private static BitcoindProgram bitcoind() {
    return switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Found(var program) -> program;
      case BitcoindProgram.Search.Absent(var reason) -> throw new IllegalStateException("no bitcoind: " + reason);
    };
  }

  private OrganiserProcess startOrganiser(DemoOptions options, String main) throws IOException {
    var rpc = chain.rpc();
    var arguments = List.of("up", "--data-dir", organiserDir.toString(), "--db", database.urlWithLogin(),
        "--schema-prefix", "organiser_", "--network", "regtest", "--bitcoind-url", rpc.uri().toString(),
        "--bitcoind-user", rpc.user(), "--bitcoind-password", rpc.password(), "--listen",
        "/ip4/" + LOOPBACK + "/tcp/" + freePort(), "--lightning-port", Integer.toString(freePort()), "--clock-file",
        clockFile.toString(), "--nickname", "organiser", "--json");
    var jvm = options.killAt().isEmpty()
        ? List.<String>of()
        : List.of("-Dklatch.haltAt=" + String.join(",", options.killAt()));
    return OrganiserProcess.start(main, jvm, arguments, directory.resolve("organiser.log"));
  }

  /** A port that was free a moment ago: the organiser must come back to the same one after a kill. */
  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Starts the attendees' nodes, a few at a time. */
  void startAttendees(int count) throws Exception {
    try (var starters = Executors.newFixedThreadPool(4)) {
      var started = new ArrayList<Future<Node>>();
      for (int i = 1; i <= count; i++) {
        var number = i;
        started.add(starters.submit(() -> Node.start(attendeeOptions(number))));
      }
      for (var node : started) {
        attendees.add(opened(node.get()));
      }
    }
  }

  private NodeOptions attendeeOptions(int number) {
    var rpc = chain.rpc();
    var name = "attendee" + number;
    return new NodeOptions(directory.resolve(name),
        new NodeOptions.Storage(Optional.of(database.urlWithLogin()), name + "_"),
        new NodeOptions.Chain(Network.REGTEST,
            Optional
                .of(new NodeOptions.Bitcoind(rpc.uri(), new NodeOptions.Login.Password(rpc.user(), rpc.password())))),
        new NodeOptions.Ports(List.of("/ip4/" + LOOPBACK + "/tcp/0"), 0, 0), Optional.of("attendee " + number),
        Optional.of(clockFile));
  }

  Chain chain() {
    return chain;
  }

  Database database() {
    return database;
  }

  OrganiserProcess organiser() {
    return organiser;
  }

  List<Node> attendees() {
    return attendees;
  }

  Path clockFile() {
    return clockFile;
  }

  /** Moves every node's clock to this time. */
  void jumpTo(long epochMillis) throws IOException {
    FileClock.jump(clockFile, epochMillis - System.currentTimeMillis());
  }

  /** Asks the organiser's API; while the process is being restarted it asks again. */
  <T> T organiser(ApiCall<T> call) {
    var result = new ArrayList<T>(1);
    until("the organiser's node answers", ORGANISER_PATIENCE, () -> {
      try {
        result.add(call.on(ApiClient.of(organiserDir)));
        return true;
      } catch (NoNodeException e) {
        return false;
      }
    });
    return result.getFirst();
  }

  /** One request; it may be asked again after a kill, so it must be safe to repeat. */
  @FunctionalInterface
  interface ApiCall<T> {
    T on(ApiClient api);
  }

  NodeStatus organiserStatus() {
    return organiser(api -> api.get("/status", NodeStatus.class));
  }

  /** Waits for the predicate; says what it waited for if it does not come. */
  static void until(String what, Duration patience, BooleanSupplier predicate) {
    long deadline = System.nanoTime() + patience.toNanos();
    long pauseMillis = 2;
    while (!predicate.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            String.format(Locale.ROOT, "gave up after %d s waiting until %s", patience.toSeconds(), what));
      }
      try {
        Thread.sleep(pauseMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting until " + what, e);
      }
      pauseMillis = Math.min(25, pauseMillis * 2);
    }
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.err.println("klatch demo: a part did not close: " + e);
      }
    }
  }
}
