package klatch.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import klatch.cli.Main;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.node.StartRefusedException;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.NoNodeException;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.LdkLightning;
import klatch.lightning.Network;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.Member;
import klatch.regtest.Topology;
import klatch.regtest.Until;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import klatch.web.wire.Groups;
import klatch.web.wire.NodeStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk under a node fills up: it says so, stops by itself, and with room again goes on with nothing lost. */
@Timeout(120)
final class DiskFullIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final long CAPACITY_SAT = 1_000_000;
  private static final Msat HOLD = Msat.ofSat(1_500);
  /** Each makes the node store its state several times, so a few fill the pages that the server still had. */
  private static final int MOST_HOLDS = 80;
  private static final int MOST_GROUPS = 5_000;
  private static final int DESCRIPTION_BYTES = 400;
  private static final int PAGE_BYTES = 4_096;

  @TempDir
  Path directory;

  private Path small = Path.of("");
  private Path filler = Path.of("");

  @BeforeEach
  void mountASmallDisk() throws Exception {
    var there = Files.createDirectories(directory.resolve("small"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", there.toString()) == 0,
        "needs the right to mount a small disk");
    small = there;
    filler = small.resolve("filler");
  }

  @AfterEach
  void unmountIt() throws Exception {
    if (small.isAbsolute()) {
      assertThat(run("umount", "-l", small.toString())).isZero();
    }
  }

  @Test
  void theProcessSaysSoInOneLineFailsAndKeepsEveryEntry() throws Exception {
    var data = small.resolve("data");
    var groups = new ArrayList<String>();
    var process = up(data);
    try {
      Until.holds("the node answers", PATIENCE, () -> answers(data));
      groups.add(found(data));
      fill();
      assertThatThrownBy(() -> {
        for (int i = 0; i < MOST_GROUPS; i++) {
          groups.add(found(data));
        }
      }).isInstanceOfAny(ApiRefusedException.class, NoNodeException.class);
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      assertThat(Files.readAllLines(directory.resolve("out"))).filteredOn(line -> line.startsWith("klatch: "))
          .singleElement().asString().startsWith("klatch: the node has stopped: the disk").contains("full")
          .contains("make room and start it again");
      assertThat(data.resolve(ApiClient.ApiFile.NAME)).doesNotExist();
    } finally {
      process.destroyForcibly();
    }
    try (var node = restarted(options(data, Optional.empty()))) {
      assertThat(node.meetup().groups()).extracting(group -> group.topic().toString()).containsAll(groups);
      node.meetup().createGroup("There is room again", "");
    }
  }

  @Test
  void heldDepositsSurviveAndNothingIsPromisedThatIsNotStored() throws Exception {
    try (var chain = EmbeddedChain.start(InstantSource.system());
        var database = Database.embedded(directory.resolve("payer"), "");
        var payer = LightningNode.start("payer", chain, database, ChannelPolicy.regtestLeaf())) {
      var options = options(small.resolve("data"), Optional.of(chain));
      // LDK keeps a channel waiting while somebody has to be told that a payment went through.
      payer.lightning().watch(_ -> {
      });
      List<Hold> holds;
      Topology topology;
      Msat before;
      try (var node = Node.start(options)) {
        topology = Topology.direct(chain, member(node), List.of(payer.member()), CAPACITY_SAT);
        before = payer.lightning().status().balance();
        holds = holds(lightning(node));
        assertThat(holds.getFirst().pay(payer)).isInstanceOf(Payment.Pending.class);
        Until.holds("the first is held", PATIENCE, () -> lightning(node).held().size() == 1);
        fill();
        payUntilItStops(node, payer, holds);
        node.awaitStop();
        assertThat(node.failure()).hasValueSatisfying(reason -> assertThat(reason).contains("disk").contains("full"));
        Until.holds("it has closed itself", PATIENCE, () -> !Files.exists(options.apiFile()));
      }
      try (var node = restarted(options)) {
        everythingIsWhereItWas(node, payer, topology.with(member(node)), holds, before);
      }
    }
  }

  /** One more after another; the node may stop at any of them. */
  private static void payUntilItStops(Node node, LightningNode payer, List<Hold> holds) {
    for (var hold : holds.subList(1, holds.size())) {
      if (node.failure().isPresent()) {
        return;
      }
      hold.pay(payer);
      Until.holds("it is held, or the node has stopped", PATIENCE,
          () -> node.failure().isPresent() || hold.isHeld(node));
    }
    Until.holds("the node has stopped", PATIENCE, () -> node.failure().isPresent());
  }

  private static void everythingIsWhereItWas(Node node, LightningNode payer, Topology topology, List<Hold> holds,
      Msat before) {
    var lightning = lightning(node);
    payer.lightning().connect(lightning.nodeId(), "127.0.0.1", lightning.listenAddress().getPort());
    topology.awaitUsable();
    assertThat(lightning.status().channels()).hasSize(1);
    Until.holds("whatever is under way is held", PATIENCE, () -> holds.stream()
        .filter(hold -> payer.lightning().payment(hold.id()).orElse(null) instanceof Payment.Pending)
        .allMatch(hold -> hold.isHeld(node)));
    assertThat(holds.getFirst().isHeld(node)).isTrue();
    lightning.collect(holds.getFirst().preimage());
    holds.subList(1, holds.size()).forEach(hold -> lightning.release(hold.preimage().hash()));
    topology.awaitQuiet();
    assertThat(payer.lightning().status().balance()).isEqualTo(before.minus(HOLD));
    assertThat(topology.checkConservation()).isEqualTo(1);
  }

  /** A hold invoice of the node, and the payment of it. */
  private record Hold(Preimage preimage, String bolt11, PaymentId id) {
    Payment pay(LightningNode payer) {
      return payer.lightning().pay(new Lightning.PayRequest(id, bolt11, HOLD, Duration.ofSeconds(10)));
    }

    boolean isHeld(Node node) {
      return lightning(node).held().stream().anyMatch(htlc -> htlc.hash().equals(preimage.hash()));
    }
  }

  private static List<Hold> holds(Lightning lightning) {
    var random = new SecureRandom();
    var holds = new ArrayList<Hold>();
    for (int i = 0; i < MOST_HOLDS; i++) {
      var bytes = new byte[32];
      random.nextBytes(bytes);
      var preimage = new Preimage(bytes.clone());
      random.nextBytes(bytes);
      var invoice = lightning.holdInvoice(
          new Lightning.HoldRequest(preimage.hash(), HOLD, "held on a full disk", Duration.ofHours(1), 144));
      holds.add(new Hold(preimage, invoice.bolt11(), new PaymentId(bytes)));
    }
    return holds;
  }

  /** On the full disk it does not start, and says why; with room it does. */
  private Node restarted(NodeOptions options) throws IOException {
    assertThatThrownBy(() -> Node.start(options)).isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("disk is full");
    Files.delete(filler);
    return Node.start(options);
  }

  /** Until nothing more fits, whatever the node writes meanwhile. */
  private void fill() throws IOException {
    var page = new byte[PAGE_BYTES];
    try (var out = Files.newOutputStream(filler)) {
      for (long room = Files.getFileStore(small).getTotalSpace(); room > 0; room -= page.length) {
        out.write(page);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static NodeOptions options(Path data, Optional<Chain> chain) {
    var bitcoind = chain.map(Chain::rpc).map(rpc -> new NodeOptions.Bitcoind(rpc.uri(),
        new NodeOptions.Login.Password(rpc.user(), rpc.password())));
    return new NodeOptions(data, new NodeOptions.Storage(Optional.empty(), ""),
        new NodeOptions.Chain(Network.REGTEST, bitcoind),
        new NodeOptions.Ports(List.of("/ip4/127.0.0.1/tcp/0"), 0, 0), Optional.empty(), Optional.empty());
  }

  private static Member.Owned member(Node node) {
    return new Member.Owned("node", lightning(node));
  }

  private static LdkLightning lightning(Node node) {
    return node.money().orElseThrow().lightning();
  }

  private Process up(Path data) throws IOException {
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
        "--enable-native-access=ALL-UNNAMED", "-D" + Main.PARENT_PROPERTY + "=" + ProcessHandle.current().pid(), "-cp",
        System.getProperty("java.class.path"), Main.class.getName(), "up", "--data-dir", data.toString(), "--listen",
        "/ip4/127.0.0.1/tcp/0").redirectErrorStream(true).redirectOutput(directory.resolve("out").toFile()).start();
  }

  private static boolean answers(Path data) {
    try {
      ApiClient.of(data).get("/status", NodeStatus.class);
      return true;
    } catch (NoNodeException e) {
      return false;
    }
  }

  /** @return the new group's id; its description cannot be compressed */
  private static String found(Path data) {
    var random = new byte[DESCRIPTION_BYTES / 2];
    new SecureRandom().nextBytes(random);
    return ApiClient.of(data)
        .post("/groups", new Groups.Create("Group", HexFormat.of().formatHex(random), null, null), Groups.Group.class)
        .id();
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
        .waitFor();
  }
}
