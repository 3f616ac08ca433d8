package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What two nodes know of the network, and keep when they start again; and a peer that wants what is refused. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class LdkGossipIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long CAPACITY_SAT = 1_000_000;
  private static final Msat AMOUNT = Msat.ofSat(20_000);
  private static final ChannelPolicy ANNOUNCED = new ChannelPolicy(ChannelPolicy.MIN_CONFIRMATIONS, 0, 0, true, true);
  /** Blocks after which a channel is told to everybody (BOLT 7). */
  private static final int ANNOUNCED_DEPTH = 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  Path directory;

  private EmbeddedChain chain;
  private Database database;
  private LdkTestNode here;
  private LdkTestNode there;

  @BeforeEach
  void start() {
    chain = EmbeddedChain.start(InstantSource.system());
    database = Database.embedded(directory, "");
    here = LdkTestNode.start(database, chain.rpc(), "here", 1, ANNOUNCED);
    there = LdkTestNode.start(database, chain.rpc(), "there", 2, ANNOUNCED);
  }

  @AfterEach
  void stop() {
    here.close();
    there.close();
    database.close();
    chain.close();
  }

  @Test
  void whatPeersHaveToldIsKnownAfterARestartWithoutThem() {
    open();
    await().atMost(PATIENCE).until(() -> here.lightning().graph().equals(new LdkLightning.Graph(1, 2)));
    there.close();
    here.restart();
    assertThat(here.lightning().peers()).isEmpty();
    assertThat(here.lightning().graph()).isEqualTo(new LdkLightning.Graph(1, 2));
  }

  @Test
  void aSnapshotIsTakenAtOnceAndOutlivesACrash() throws IOException {
    byte[] snapshot = snapshot(Instant.now().getEpochSecond(), regtest());
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/snapshot/0", exchange -> {
      exchange.sendResponseHeaders(200, snapshot.length);
      exchange.getResponseBody().write(snapshot);
      exchange.close();
    });
    server.start();
    try {
      here.lightning().followGossip(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/snapshot"));
      await().atMost(PATIENCE).until(() -> here.lightning().graph().equals(new LdkLightning.Graph(2, 3)));
    } finally {
      server.stop(0);
    }
    await().atMost(PATIENCE).until(() -> new LdkStore(here.money()).state().keySet().stream()
        .anyMatch(key -> key.endsWith("network_graph")));
    here.kill();
    assertThat(here.lightning().graph()).isEqualTo(new LdkLightning.Graph(2, 3));
  }

  @Test
  void aSnapshotThatIsNoneIsOldOrOfAnotherNetworkIsRefused() {
    LdkLightning node = here.lightning();
    long now = Instant.now().getEpochSecond();
    assertRefused("no gossip snapshot", new byte[0]);
    assertRefused("no gossip snapshot", "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertRefused("more than two weeks old", snapshot(now - Duration.ofDays(20).toSeconds(), regtest()));
    assertRefused("chain hash", snapshot(now, new byte[32]));
    byte[] good = snapshot(now, regtest());
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> node.takeGossip(cut)).isInstanceOf(LightningException.class);
    }
    for (int i = 0; i < 200; i++) {
      byte[] spoiled = good.clone();
      spoiled[RANDOM.nextInt(spoiled.length)] ^= (byte) (1 << RANDOM.nextInt(8));
      try {
        node.takeGossip(spoiled);
      } catch (LightningException refused) {
        assertThat(refused.retrySafe()).isFalse();
      }
    }
    assertThat(node.takeGossip(good)).isEqualTo(now);
    assertThat(node.status().height()).isPositive();
  }

  private void assertRefused(String why, byte[] snapshot) {
    assertThatThrownBy(() -> here.lightning().takeGossip(snapshot)).isInstanceOf(LightningException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aSpliceIsRefusedAndTheChannelGoesOnWithWhatIsHeldInIt() {
    open();
    String channel = here.lightning().status().channels().getFirst().id();
    Preimage preimage = Preimage.random(RANDOM);
    PaymentId deposit = pay(there.lightning().holdInvoice(
        new HoldRequest(preimage.hash(), AMOUNT, "a deposit", Duration.ofHours(1), 144)).bolt11());
    await().atMost(PATIENCE).until(() -> there.lightning().held().size() == 1);
    // Nobody can ask while an earlier question is open: each after the first shows that the one before is over.
    for (int i = 0; i < 3; i++) {
      await().atMost(PATIENCE).ignoreExceptionsInstanceOf(LightningException.class).until(() -> {
        here.lightning().askSplice(channel, 50_000);
        return true;
      });
      assertThat(there.lightning().held()).hasSize(1);
    }
    await().atMost(PATIENCE).until(this::usable);
    PaymentId paid = pay(there.lightning().invoice(AMOUNT, "meanwhile", Duration.ofHours(1)).bolt11());
    await().atMost(PATIENCE).until(() -> here.lightning().payment(paid).orElseThrow() instanceof Payment.Sent);
    there.lightning().collect(preimage);
    await().atMost(PATIENCE)
        .until(() -> here.lightning().payment(deposit).orElseThrow() instanceof Payment.Sent);
    assertThat(here.lightning().status().channels()).extracting(c -> c.id()).containsExactly(channel);
    assertThat(there.lightning().status().channels().getFirst().capacity()).isEqualTo(Msat.ofSat(CAPACITY_SAT));
  }

  private PaymentId pay(String bolt11) {
    PaymentId id = PaymentId.random(RANDOM);
    here.lightning().pay(new PayRequest(id, bolt11, Msat.ofSat(10), PATIENCE));
    return id;
  }

  private void open() {
    here.watch();
    there.watch();
    chain.fund(here.lightning().wallet().newAddress(), 2 * CAPACITY_SAT);
    mine(1);
    here.connect(there);
    here.lightning().openChannels(
        List.of(new ChannelRequest(there.lightning().nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 2))));
    mine(ANNOUNCED_DEPTH);
    await().atMost(PATIENCE).until(this::usable);
  }

  private boolean usable() {
    return List.of(here, there).stream().map(node -> node.lightning().status().channels())
        .allMatch(channels -> channels.size() == 1 && channels.getFirst().usable());
  }

  private void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      int height = chain.tip().height() + 1;
      chain.mine(1);
      List.of(here, there).forEach(node -> node.lightning().poke());
      await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> List.of(here, there).stream()
          .allMatch(node -> node.lightning().status().height() == height));
    }
  }

  private static byte[] regtest() {
    byte[] hash = HexFormat.of().parseHex("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
    for (int i = 0; i < hash.length / 2; i++) {
      byte swapped = hash[i];
      hash[i] = hash[hash.length - 1 - i];
      hash[hash.length - 1 - i] = swapped;
    }
    return hash;
  }

  /** Three nodes with two channels between them, in the first format of rapid gossip, without any fees. */
  private static byte[] snapshot(long seconds, byte[] network) {
    ByteBuffer out = ByteBuffer.allocate(512);
    out.put(new byte[]{'L', 'D', 'K', 1}).put(network).putInt((int) seconds);
    // The generator of secp256k1 and its double and triple.
    List<String> nodes = List.of("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
        "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9");
    out.putInt(nodes.size());
    nodes.forEach(node -> out.put(HexFormat.of().parseHex(node)));
    out.putInt(2);
    for (int i = 0; i < 2; i++) {
      // No features, a step of the short channel id, the two ends.
      out.putShort((short) 0).put((byte) (i + 1)).put((byte) i).put((byte) (i + 1));
    }
    out.putInt(0);
    return Arrays.copyOf(out.array(), out.position());
  }
}
