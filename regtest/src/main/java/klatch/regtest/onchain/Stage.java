package klatch.regtest.onchain;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.commitments.Lightning.HeldHtlc;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.LdkLightning;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.Topology;
import klatch.regtest.Until;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;

/**
 * Payer, router and payee on a chain of their own, a million satoshis in each of the two channels, half on either side; the
 * router has paid for both. With anchors each has some coins on the chain besides. Used by one thread.
 */
final class Stage implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final Msat DEPOSIT = Msat.ofSat(50_000);
  private static final long CAPACITY_SAT = 1_000_000;
  /** A node asks for three horizons one after another. */
  private static final int ESTIMATES_AT_ONCE = 3;
  private static final int ROUNDS_TO_BE_SURE = 2;
  private static final long WALLET_SAT = 200_000;
  private static final Msat MAX_FEE = Msat.ofSat(10);
  /** The least that the node takes: then a time-out is not far. */
  private static final int FINAL_CLTV_BLOCKS = 42;
  private static final long MSAT_PER_SAT = 1_000;

  final EmbeddedChain chain;
  final LightningNode router;
  final LightningNode payer;
  final LightningNode payee;
  private final Set<LightningNode> running = new LinkedHashSet<>();
  private final List<LightningEvent> payeeEvents = new CopyOnWriteArrayList<>();
  private final SecureRandom random = new SecureRandom();

  /**
   * @param prefix  of the schemas in the database, which is shared with other stages
   * @param anchors whether the channels have anchors
   */
  Stage(Database database, String prefix, boolean anchors) {
    chain = EmbeddedChain.start(InstantSource.system());
    router = LightningNode.start(prefix + "router", chain, database, ChannelPolicy.regtestRouter());
    payer = LightningNode.start(prefix + "payer", chain, database, ChannelPolicy.regtestLeaf());
    payee = LightningNode.start(prefix + "payee", chain, database, ChannelPolicy.regtestLeaf());
    running.addAll(List.of(router, payer, payee));
    if (anchors) {
      chain.fund(running.stream()
          .map(node -> new Chain.Payout(node.lightning().wallet().newAddress(), WALLET_SAT)).toList());
      mine(1);
    }
    Topology.star(chain, router.member(), List.of(payer.member(), payee.member()), CAPACITY_SAT);
    running.forEach(this::watch);
    for (LightningNode node : running) {
      int channels = node.lightning().status().channels().size();
      if (node.lightning().reserve().channels() != (anchors ? channels : 0)) {
        throw new IllegalStateException(node.name() + " has " + node.lightning().reserve() + " for " + channels
            + " channels");
      }
    }
  }

  /** A deposit that is held, and the payment that it came by. */
  record Hold(Preimage preimage, PaymentId id, HeldHtlc htlc) {}

  Hold hold() {
    Preimage preimage = Preimage.random(random);
    PaymentId id = PaymentId.random(random);
    String invoice = payee.lightning().holdInvoice(
        new HoldRequest(preimage.hash(), DEPOSIT, "a deposit", Duration.ofHours(1), FINAL_CLTV_BLOCKS)).bolt11();
    payer.lightning().pay(new PayRequest(id, invoice, MAX_FEE, PATIENCE));
    await("the deposit is held", () -> payee.lightning().held().stream()
        .anyMatch(htlc -> htlc.hash().equals(preimage.hash())));
    HeldHtlc htlc = payee.lightning().held().stream().filter(held -> held.hash().equals(preimage.hash())).findFirst()
        .orElseThrow();
    return new Hold(preimage, id, htlc);
  }

  /** Closes the channel between the two by force, from the side of the first. */
  void closeByForce(LightningNode closer, LightningNode other) {
    LdkLightning node = closer.lightning();
    String channel = node.status().channels().stream()
        .filter(c -> c.peer().equals(other.lightning().nodeId())).findFirst().orElseThrow().id();
    node.closeChannel(channel, true);
    await("the channel is closed", () -> node.status().channels().stream().noneMatch(c -> c.id().equals(channel)));
    await("its commitment waits for a block", () -> !chain.waiting().isEmpty());
  }

  /** Changes what a transaction must pay, and waits until every node has asked for it. */
  void estimate(long satPerVbyte) {
    chain.estimate(satPerVbyte);
    await("every node knows the new fees",
        () -> chain.estimatesAsked() >= running.size() * ESTIMATES_AT_ONCE * ROUNDS_TO_BE_SURE);
  }

  /** Mines one block after another; every node that runs follows each. */
  void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      chain.mine(1);
      sync();
    }
  }

  void mineTo(int height) {
    mine(Math.max(0, height - chain.tip().height()));
  }

  /** Waits until every node has followed the chain, and has sent what it wants in the next block. */
  void sync() {
    int height = chain.tip().height();
    running.forEach(node -> node.lightning().poke());
    await("every node is at block " + height,
        () -> running.stream().allMatch(node -> node.lightning().status().height() == height));
    await("everything is sent to the chain", () -> running.stream().allMatch(node -> node.lightning().unsent() == 0));
  }

  /** Ends a node as a crash would. */
  void halt(LightningNode node) {
    running.remove(node);
    node.kill();
  }

  /** Starts a halted node from what it has stored, and connects it again if it has channels. */
  void startAgain(LightningNode node) {
    node.start();
    running.add(node);
    watch(node);
    List.of(payer, payee).forEach(leaf -> {
      if (running.contains(leaf) && running.contains(router) && !leaf.lightning().status().channels().isEmpty()) {
        leaf.lightning().connect(router.lightning().nodeId(), "127.0.0.1",
            router.lightning().listenAddress().getPort());
      }
    });
  }

  private void watch(LightningNode node) {
    node.lightning().watch(node == payee ? payeeEvents::add : event -> {
    });
  }

  /** Whether the payee was told that the deposit is his. */
  boolean told(Class<? extends LightningEvent> kind, Hold hold) {
    return payeeEvents.stream().filter(kind::isInstance).anyMatch(event -> switch (event) {
      case LightningEvent.HtlcCollected collected -> collected.hash().equals(hold.preimage().hash());
      case LightningEvent.HtlcLost lost -> lost.hash().equals(hold.preimage().hash());
      default -> false;
    });
  }

  Payment outcome(Hold hold) {
    return payer.lightning().payment(hold.id()).orElseThrow();
  }

  /** What a node owns on the chain, confirmed, and in the channels that are open, in millisatoshi. */
  static Msat owned(LightningNode node) {
    return node.lightning().status().balance().plus(new Msat(node.lightning().wallet().balanceSat() * MSAT_PER_SAT));
  }

  static void await(String what, java.util.function.BooleanSupplier condition) {
    Until.holds(what, PATIENCE, condition);
  }

  @Override
  public void close() {
    LightningNode.closeAll(List.copyOf(running));
    chain.close();
  }
}
