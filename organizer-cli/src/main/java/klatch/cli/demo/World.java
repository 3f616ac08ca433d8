package klatch.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import klatch.cli.node.FileClock;
import klatch.cli.node.ForeignPrograms;
import klatch.cli.node.HaltAt;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.NoNodeException;
import klatch.cli.terminal.Progress;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.LdkLightning;
import klatch.lightning.Network;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.LndNode;
import klatch.regtest.Member;
import klatch.regtest.Topology;
import klatch.regtest.Until;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.Chain;
import klatch.web.wire.NodeStatus;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;

/**
 * The stage of a rehearsal: one PostgreSQL, one chain, the organiser as a process of its own, and the attendees as
 * separate nodes in this process. Everything listens on loopback. Built once, driven by one thread.
 */
final class World implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  /** Small enough for any deposit to matter, large enough for reserves. */
  private static final long MIN_CHANNEL_SAT = 1_000_000;
  private static final Duration DIAL_EVERY = Duration.ofMillis(200);
  /** How long a started organiser may take until its API answers: kills come in between. */
  private static final Duration ORGANISER_PATIENCE = Duration.ofSeconds(60);

  private static final int LOWEST_PORT = 20_000;
  /** From here on Linux chooses itself, unless it is told otherwise. */
  private static final int SYSTEM_PORTS = 32_768;

  private final Path directory;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Path clockFile;
  private final Database database;
  private final Chain chain;
  private final Optional<LndNode> lnd;
  private final OrganiserProcess organiser;
  private final Path organiserDir;
  private final Attendees attendees = new Attendees(this::startAttendee);
  private @Nullable LightningNode router;
  private long offsetMillis;

  private World(DemoOptions options, Path directory, String organiserMain) throws IOException {
    this.directory = directory;
    this.clockFile = directory.resolve("clock");
    this.organiserDir = Files.createDirectories(directory.resolve("organiser"));
    try {
      FileClock.jump(clockFile, 0);
      var ground = ground(options);
      chain = ground.chain();
      lnd = ground.lnd();
      database = opened(Database.embedded(directory.resolve("database"), ""));
      organiser = opened(startOrganiser(options, organiserMain));
    } catch (RuntimeException | IOException e) {
      close();
      throw e;
    }
  }

  /** What everything stands on: a chain, and the organiser's LND if it has one. */
  private record Ground(Chain chain, Optional<LndNode> lnd) {}

  private Ground ground(DemoOptions options) {
    return switch (options.organiser()) {
      case LDK -> new Ground(opened(options.chain().start()), Optional.empty());
      case LND -> {
        var program = ForeignPrograms.lnd();
        var bitcoind = opened(BitcoindChain.start(ForeignPrograms.bitcoind()));
        yield new Ground(bitcoind, Optional.of(opened(LndNode.start(program, bitcoind, "organiser"))));
      }
    };
  }

  /**
   * Starts all of it, channels included.
   *
   * @param organiserMain the organiser's program: the real one, or in a test one that cheats
   */
  static World build(DemoOptions options, Path directory, String organiserMain, Progress progress) throws Exception {
    progress.stage("chain", 1);
    var world = new World(options, directory, organiserMain);
    try {
      progress
          .step(world.chain.kind() + " chain at block " + world.chain.tip().height() + ", nothing is mined by itself");
      progress.stage("nodes", 2);
      world.opened(world.attendees).start(options.attendees());
      progress.step(options.attendees() + " attendees, each with its own keys, log, libp2p host and Lightning node");
      var status = world.organiserStatus();
      progress.step("the organiser in process " + world.organiser.pid() + ", at " + status.listen().getFirst()
          + (world.lnd.isPresent() ? ", with a real LND of its own" : ""));
      progress.stage("channels", 2);
      world.connect(options, progress);
      return world;
    } catch (Exception e) {
      world.close();
      throw e;
    }
  }

  private void connect(DemoOptions options, Progress progress) {
    long capacitySat = channelSat(options);
    var leaves = new ArrayList<Member>();
    var owned = new ArrayList<Member.Owned>();
    for (int i = 0; i < options.attendees(); i++) {
      owned.add(new Member.Owned("attendee " + (i + 1), lightning(i)));
    }
    switch (options.topology()) {
      case ROUTED -> {
        var between = opened(LightningNode.start("router", chain, database, ChannelPolicy.regtestRouter()));
        router = between;
        progress.step("a routing node that asks 1 sat for each payment it forwards");
        var organiserMember = organiserAsMember();
        leaves.add(organiserMember);
        leaves.addAll(owned);
        keepDialling(() -> List.of(between.lightning()), organiserMember);
        Topology.star(chain, between.member(), leaves, capacitySat);
        progress.step(String.format(Locale.ROOT,
            "%d channels of %,d sat by one funding transaction; half of each is given to the other side, so there is room both ways",
            leaves.size(), capacitySat));
      }
      case DIRECT -> {
        var organiserMember = organiserAsMember();
        var payers = owned.stream().map(Member.Owned::lightning).toList();
        keepDialling(() -> payers, organiserMember);
        Topology.direct(chain, organiserMember, owned, capacitySat);
        progress.step(String.format(Locale.ROOT,
            "each attendee opened a channel of %,d sat with the organiser and gave half of it to that side, so there is room both ways",
            capacitySat));
      }
    }
    awaitOrganiserUsable();
  }

  void awaitOrganiserUsable() {
    Until.holds("the organiser's channels are usable", ORGANISER_PATIENCE, this::organiserUsable);
  }

  /** Whether every channel of the organiser can be used now. */
  boolean organiserUsable() {
    var channels = lightningStatus().channels();
    return !channels.isEmpty() && channels.stream().allMatch(NodeStatus.Channel::usable);
  }

  /**
   * Nodes dial a lost peer by themselves, less and less often. The peers of an organiser that is killed every few seconds
   * dial without losing patience, or it would never be connected.
   */
  private void keepDialling(Supplier<List<LdkLightning>> nodes, Member organiserMember) {
    var organiserAddress = organiserAddress();
    var dialler = Thread.ofPlatform().name("dialler").daemon().start(() -> {
      try {
        while (true) {
          Thread.sleep(DIAL_EVERY.toMillis());
          nodes.get().forEach(node -> dial(node, organiserMember));
          attendees.each(node -> dialled(node, organiserAddress));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    opened(() -> {
      dialler.interrupt();
      dialler.join();
    });
  }

  /**
   * Ends the node between payers and organiser without a last cut, as a crash would, and starts it again.
   *
   * @throws NullPointerException if the payers are the organiser's own peers
   */
  void killRouter() {
    var between = Objects.requireNonNull(router);
    between.kill();
    between.start();
  }

  /** Where the organiser's libp2p host listens, in every one of its lives. */
  Multiaddr organiserAddress() {
    try {
      return Multiaddr.parse(organiserStatus().listen().getFirst());
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("the organiser names an address that is none", e);
    }
  }

  /** With the organiser, and with the router, which does not know where an attendee listens after a restart. */
  private Node dialled(Node node, Multiaddr peer) {
    try {
      if (node.host().connection(peer.peer().orElseThrow()).isEmpty()) {
        node.keep(peer);
      }
    } catch (Libp2pException e) {
      // As below.
    }
    if (router != null) {
      dial(Attendees.lightning(node), router.member());
    }
    return node;
  }

  private static void dial(LdkLightning node, Member peer) {
    try {
      if (!node.peers().contains(peer.nodeId())) {
        node.connect(peer.nodeId(), LOOPBACK, peer.address().getPort());
      }
    } catch (LightningException e) {
      // It is dead just now; the next try is near.
    }
  }

  /** All deposits go through the organiser's one channel at once, and the router's side of it pays for its closing. */
  private static long channelSat(DemoOptions options) {
    return Math.max(MIN_CHANNEL_SAT, 4 * options.depositSat() * (options.attendees() + 1));
  }

  private Member.Foreign organiserAsMember() {
    if (lnd.isPresent()) {
      return lnd.get().member();
    }
    var lightning = lightningStatus();
    var colon = lightning.address().lastIndexOf(':');
    var address = new InetSocketAddress(lightning.address().substring(0, colon),
        Integer.parseInt(lightning.address().substring(colon + 1)));
    return new Member.Foreign("organiser", lightning.nodeId(), address, () -> lightningStatus().height());
  }

  private NodeStatus.Lightning lightningStatus() {
    var found = new ArrayList<NodeStatus.Lightning>(1);
    Until.holds("the organiser's Lightning node answers", ORGANISER_PATIENCE, () -> {
      var lightning = organiserStatus().lightning();
      if (lightning != null) {
        found.add(lightning);
      }
      return lightning != null;
    });
    return found.getFirst();
  }

  /** The Lightning node of an attendee. */
  LdkLightning lightning(int attendee) {
    return attendees.lightning(attendee);
  }

  /** What each attendee owns in its channels now. */
  List<Msat> balances() {
    return attendees.balances();
  }

  long organiserBalance() {
    return lightningStatus().balanceMsat();
  }

  /** Open channels, as the attendees and the organiser count them. */
  int channelCount() {
    return lightningStatus().channels().size() + attendees.channels().stream().mapToInt(List::size).sum();
  }

  /** Waits until no HTLC is pending in anybody's channels and every channel is usable. */
  void awaitQuiet(Duration patience) {
    Until.holds("every channel is quiet", patience,
        () -> attendees.channels().stream().flatMap(List::stream).allMatch(c -> c.usable() && c.pendingHtlcs() == 0)
            && lightningStatus().channels().stream().allMatch(c -> c.usable() && c.pendingHtlcs() == 0));
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  private OrganiserProcess startOrganiser(DemoOptions options, String main) throws IOException {
    var rpc = chain.rpc();
    var arguments = new ArrayList<>(List.of("up", "--data-dir", organiserDir.toString(),
        "--schema-prefix", "organiser_", "--network", "regtest", "--listen",
        "/ip4/" + LOOPBACK + "/tcp/" + freePort(), "--clock-file", clockFile.toString(), "--nickname", "organiser",
        "--json"));
    if (lnd.isPresent()) {
      var node = lnd.get();
      arguments.addAll(List.of("--lightning", "lnd", "--lnd-rest", node.restAddress().toString(), "--cert",
          node.certificate().toString(), "--macaroon", node.bakeMacaroon().toString()));
    } else {
      arguments.addAll(List.of("--bitcoind-url", rpc.uri().toString(), "--bitcoind-user", rpc.user(),
          "--lightning-port", Integer.toString(freePort())));
    }
    var jvm = options.killAt().isEmpty()
        ? List.<String>of()
        : List.of("-D" + HaltAt.PROPERTY + "=" + String.join(",", options.killAt()));
    // Secrets go by the environment: everybody on the machine can read a command line.
    var secrets = Map.of("KLATCH_DB", database.urlWithLogin(), "KLATCH_BITCOIND_PASSWORD",
        lnd.isPresent() ? "" : rpc.password());
    return OrganiserProcess.start(main, jvm, arguments, secrets, directory.resolve("organiser.log"));
  }

  /**
   * A port that was free a moment ago: the organiser must come back to the same one after a kill. It lies below those
   * that the system gives to whoever asks for any, or one of the other nodes could be given it in between.
   */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, SYSTEM_PORTS);
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // Somebody has it; there are many more.
      }
    }
  }

  /** Ends an attendee's node in order and starts it again on what it has stored. */
  void reopen(int attendee) {
    attendees.reopen(attendee);
  }

  private Node startAttendee(int number) {
    var options = attendeeOptions(number);
    return Node.start(options, database.withPrefix(options.storage().schemaPrefix()));
  }

  /** @param number from 1 */
  NodeOptions attendeeOptions(int number) {
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

  /** As {@link #reopen}, but its money ends as in a crash: what was not stored is gone. From any thread. */
  void killAttendee(int attendee) {
    attendees.kill(attendee);
  }

  /** Asks an attendee's node, which lives as long as it takes: keep it short. From any thread. */
  <T> T attendee(int attendee, Function<Node, T> question) {
    return attendees.ask(attendee, question);
  }

  Database database() {
    return database;
  }

  Chain chain() {
    return chain;
  }

  OrganiserProcess organiser() {
    return organiser;
  }

  List<Node> attendees() {
    return attendees.nodes();
  }

  Path clockFile() {
    return clockFile;
  }

  /** What every node's clock says. */
  long nowMillis() {
    return System.currentTimeMillis() + offsetMillis;
  }

  /** Moves every node's clock to this time. */
  void jumpTo(long epochMillis) {
    jump(epochMillis - System.currentTimeMillis());
  }

  /** Moves every node's clock ahead. */
  void jumpBy(long millis) {
    jump(offsetMillis + millis);
  }

  private void jump(long newOffsetMillis) {
    offsetMillis = newOffsetMillis;
    try {
      FileClock.jump(clockFile, newOffsetMillis);
    } catch (IOException e) {
      throw new UncheckedIOException("the clock file cannot be written", e);
    }
  }

  /** Asks the organiser's API; while the process is being restarted it asks again. */
  <T> T organiser(ApiCall<T> call) {
    var result = new ArrayList<T>(1);
    Until.holds("the organiser's node answers", ORGANISER_PATIENCE, () -> {
      try {
        result.add(call.on(ApiClient.of(organiserDir)));
        return true;
      } catch (NoNodeException e) {
        return false;
      } catch (ApiRefusedException e) {
        // After a kill its Lightning node comes up behind its API.
        if (e.code().equals(PublicCode.UNAVAILABLE.label())) {
          return false;
        }
        throw e;
      }
    });
    return result.getFirst();
  }

  /** One request; it may be asked again after a kill, so it must be safe to repeat. */
  @FunctionalInterface
  interface ApiCall<T> {
    T on(ApiClient api);
  }

  /** Whether the organiser's process is up just now. */
  boolean organiserAnswers() {
    try {
      ApiClient.of(organiserDir).get("/status", NodeStatus.class);
      return true;
    } catch (NoNodeException e) {
      return false;
    }
  }

  NodeStatus organiserStatus() {
    return organiser(api -> api.get("/status", NodeStatus.class));
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
