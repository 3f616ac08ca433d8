package klatch.regtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.LdkUnavailableException;
import klatch.log.Database;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.BitcoindProgram;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class TopologyIT {
  private static final Logger LOG = LoggerFactory.getLogger(TopologyIT.class);
  private static final long CAPACITY_SAT = 500_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir
  private Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private Chain chain = EmbeddedChain.startEmpty(InstantSource.system());
  private Database database = Database.external("jdbc:postgresql://127.0.0.1:1/none", "");

  @BeforeEach
  void start() {
    chain.close();
    chain = EmbeddedChain.start(InstantSource.system());
    database = Database.embedded(folder, "");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
    chain.close();
    database.close();
  }

  @Test
  void paymentsCrossAStarInBothDirectionsAndNothingIsLost() {
    long start = System.nanoTime();
    LightningNode router = node("router", ChannelPolicy.regtestRouter());
    List<LightningNode> leaves = leaves(7);
    Topology star = Topology.star(chain, router.member(), leaves.stream().map(LightningNode::member).toList(),
        CAPACITY_SAT);
    LOG.info("8 nodes and 7 channels in {} ms", (System.nanoTime() - start) / 1_000_000);
    Map<String, Msat> before = star.balances();
    assertThat(before.values()).allSatisfy(balance -> assertThat(balance.value()).isPositive());

    Msat there = Msat.ofSat(120_000);
    Msat back = Msat.ofSat(30_000);
    Payment.Sent first = pay(leaves.getFirst(), leaves.getLast(), there);
    Payment.Sent second = pay(leaves.getLast(), leaves.getFirst(), back);

    star.awaitQuiet();
    Map<String, Msat> after = star.balances();
    assertThat(of(after, "leaf0")).isEqualTo(of(before, "leaf0").minus(there).minus(first.fee()).plus(back));
    assertThat(of(after, "leaf6")).isEqualTo(of(before, "leaf6").plus(there).minus(back).minus(second.fee()));
    assertThat(of(after, "router")).isEqualTo(of(before, "router").plus(first.fee()).plus(second.fee()));
    assertThat(star.checkConservation()).isEqualTo(7);
  }

  @Test
  void everyLeafCanHaveAChannelWithAHubThatRunsElsewhere() {
    LightningNode hub = node("hub", ChannelPolicy.regtestLeaf());
    Member.Foreign foreign = new Member.Foreign("hub", hub.lightning().nodeId(), hub.lightning().listenAddress(),
        () -> hub.lightning().status().height());
    List<LightningNode> leaves = leaves(3);
    Topology direct = Topology.direct(chain, foreign, leaves.stream().map(LightningNode::member).toList(),
        CAPACITY_SAT);

    assertThat(direct.balances()).containsOnlyKeys("leaf0", "leaf1", "leaf2");
    await().atMost(PATIENCE).until(
        () -> hub.lightning().status().channels().stream().filter(Lightning.Channel::usable).count() == 3);
    assertThat(pay(leaves.getFirst(), hub, Msat.ofSat(5_000)).fee()).isEqualTo(Msat.ZERO);
    assertThat(pay(hub, leaves.getLast(), Msat.ofSat(5_000)).fee()).isEqualTo(Msat.ZERO);
  }

  @Test
  void aRealBitcoindCarriesTheSameNetwork() {
    chain.close();
    chain = switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Found(var program) -> BitcoindChain.start(program);
      case BitcoindProgram.Search.Absent(var reason) -> abort(reason);
    };
    LightningNode router = node("router", ChannelPolicy.regtestRouter());
    List<LightningNode> leaves = leaves(2);
    Topology star = Topology.star(chain, router.member(), leaves.stream().map(LightningNode::member).toList(),
        CAPACITY_SAT);
    pay(leaves.getFirst(), leaves.getLast(), Msat.ofSat(50_000));
    star.awaitQuiet();
    assertThat(star.checkConservation()).isEqualTo(2);
  }

  @Test
  void aRestartedNodeKeepsItsNameItsPortAndItsChannel() {
    LightningNode router = node("router", ChannelPolicy.regtestRouter());
    List<LightningNode> leaves = leaves(2);
    Topology star = Topology.star(chain, router.member(), leaves.stream().map(LightningNode::member).toList(),
        CAPACITY_SAT);
    Member.Owned before = leaves.getFirst().member();
    String id = before.nodeId();
    var address = before.address();
    Map<String, Msat> balances = star.balances();

    leaves.getFirst().restart();
    Topology again = star.with(leaves.getFirst().member());
    again.awaitUsable();

    assertThat(leaves.getFirst().member().nodeId()).isEqualTo(id);
    assertThat(leaves.getFirst().member().address()).isEqualTo(address);
    assertThat(again.balances()).isEqualTo(balances);
    assertThat(again.checkConservation()).isEqualTo(2);
  }

  private static Msat of(Map<String, Msat> balances, String name) {
    return Objects.requireNonNull(balances.get(name), name);
  }

  private LightningNode node(String name, ChannelPolicy policy) {
    LightningNode node = started(() -> LightningNode.start(name, chain, database, policy));
    open.add(node);
    node.lightning().watch(event -> {
    });
    return node;
  }

  private static <T> T started(Supplier<T> start) {
    try {
      return start.get();
    } catch (LdkUnavailableException e) {
      return abort(e.getMessage());
    }
  }

  private List<LightningNode> leaves(int count) {
    List<LightningNode> nodes = started(
        () -> LightningNode.startAll(IntStream.range(0, count).mapToObj(i -> "leaf" + i).toList(), chain, database,
            ChannelPolicy.regtestLeaf()));
    open.add(() -> LightningNode.closeAll(nodes));
    nodes.forEach(node -> node.lightning().watch(event -> {
    }));
    return nodes;
  }

  private static Payment.Sent pay(LightningNode from, LightningNode to, Msat amount) {
    byte[] id = new byte[32];
    new SecureRandom().nextBytes(id);
    PaymentId paymentId = new PaymentId(id);
    Lightning.Invoice invoice = to.lightning().invoice(amount, "test", Duration.ofHours(1));
    from.lightning().pay(new Lightning.PayRequest(paymentId, invoice.bolt11(), Msat.ofSat(100), PATIENCE));
    await().atMost(PATIENCE).until(
        () -> !(from.lightning().payment(paymentId).orElseThrow() instanceof Payment.Pending));
    return (Payment.Sent) from.lightning().payment(paymentId).orElseThrow();
  }
}
