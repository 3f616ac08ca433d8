package klatch.regtest.onchain;

import java.time.Duration;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.regtest.LightningNode;
import klatch.regtest.Until;
import klatch.regtest.onchain.Stage.Hold;

/** How a channel with a held deposit can end on the chain, and what must come of it. */
enum OnChainCase {
  WE_CLOSE_THEN_COLLECT("we close by force, then collect", true),

  WE_CLOSE_HAVING_RELEASED("we close by force, having released; collecting later takes nothing", false),

  ROUTER_CLOSES_THEN_COLLECT("the router closes by force, then we collect", true),

  ROUTER_CLOSES_UNDECIDED("the router closes by force, nobody decides: it times out; collecting later takes nothing",
      false),

  PAYER_CLOSES_THEN_COLLECT("the payer closes by force, we collect from the router, the router on the chain", true),

  ROUTER_SILENT_COLLECTED("we collect, the router is silent: our node goes to the chain before the deadline", true),

  ROUTER_SILENT_UNDECIDED("nobody decides while the router is silent: given back before the deadline, no close", false),

  REORGANISATIONS("we close by force and collect; then the chain turns back by 1, 2, … 6 blocks", true),

  FEES_RISE("the router closes by force, we collect; fees rise tenfold before it confirms", true),

  RESTARTS("we close by force and collect; each transaction is lost and we crash before it confirms", true),

  ANCHORS_FEES_RISE(
      "anchors: we close by force, fees rise tenfold: a child pays for our commitment; then we collect by a "
          + "transaction that pays as much",
      true, true),

  ANCHORS_ROUTER_CLOSES("anchors: the router closes by force, fees rise tenfold: its child pays; then we collect", true,
      true),

  ANCHORS_UNDECIDED("anchors: the router closes by force, nobody decides: it times out, the router pays for its claim",
      false, true),

  ANCHORS_RESTARTS("anchors: as the first, and each transaction is lost and we crash before it confirms", true, true);

  /** Beyond the expiry: until the router has seen its time-out buried, and fails the payment back. */
  private static final int BLOCKS_AFTER_EXPIRY = 12;
  /** LDK gives an undecided HTLC back so many blocks before it expires. */
  private static final int FAIL_BACK_BLOCKS = 39;
  /** LDK goes to the chain with a preimage that a silent peer did not take so many blocks before the expiry. */
  private static final int CLAIM_BLOCKS = 36;
  private static final int DEEPEST_REORGANISATION = 6;
  private static final int TENFOLD_SAT_PER_VBYTE = 20;
  /** A block takes a little less than what the estimate says. */
  private static final int BLOCK_SAT_PER_VBYTE = 18;
  /** In which a node that wants to pay more does so. */
  private static final Duration A_MOMENT = Duration.ofMillis(400);
  private static final long MAX_FEES_SAT = 10_000;
  private static final long MAX_FEES_TENFOLD_SAT = 40_000;

  final String title;
  /** Whether the payee gets the deposit; otherwise the payer has it back. */
  final boolean collected;
  final boolean anchors;

  OnChainCase(String title, boolean collected) {
    this(title, collected, false);
  }

  OnChainCase(String title, boolean collected, boolean anchors) {
    this.title = title;
    this.collected = collected;
    this.anchors = anchors;
  }

  /** What claim, sweep and a forced close may cost one side at these fee rates. */
  long maxFeesSat() {
    return anchors ? MAX_FEES_TENFOLD_SAT : MAX_FEES_SAT;
  }

  /** Plays it up to where the coins need nothing but blocks. */
  void play(Stage stage) {
    switch (this) {
      case WE_CLOSE_THEN_COLLECT -> weCloseThenCollect(stage);
      case WE_CLOSE_HAVING_RELEASED -> weCloseHavingReleased(stage);
      case ROUTER_CLOSES_THEN_COLLECT -> routerClosesThenCollect(stage);
      case ROUTER_CLOSES_UNDECIDED -> routerClosesUndecided(stage);
      case PAYER_CLOSES_THEN_COLLECT -> payerClosesThenCollect(stage);
      case ROUTER_SILENT_COLLECTED -> routerSilentCollected(stage);
      case ROUTER_SILENT_UNDECIDED -> routerSilentUndecided(stage);
      case REORGANISATIONS -> reorganisations(stage);
      case FEES_RISE -> feesRise(stage);
      case RESTARTS -> restarts(stage);
      case ANCHORS_FEES_RISE -> anchorsFeesRise(stage, stage.payee, stage.router);
      case ANCHORS_ROUTER_CLOSES -> anchorsFeesRise(stage, stage.router, stage.payee);
      case ANCHORS_UNDECIDED -> anchorsUndecided(stage);
      case ANCHORS_RESTARTS -> anchorsRestarts(stage);
    }
  }

  private static void weCloseThenCollect(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.payee, stage.router);
    stage.mine(1);
    require(stage.payee.lightning().held().contains(hold.htlc()), "the deposit is held after the close");
    collect(stage, hold);
  }

  private static void weCloseHavingReleased(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.payee, stage.router);
    stage.payee.lightning().release(hold.preimage().hash());
    stage.mine(1);
    stage.payee.lightning().collect(hold.preimage());
    comesBack(stage, hold);
  }

  private static void routerClosesThenCollect(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.router, stage.payee);
    stage.mine(1);
    collect(stage, hold);
  }

  private static void routerClosesUndecided(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.router, stage.payee);
    stage.mineTo(hold.htlc().expiryHeight() - FAIL_BACK_BLOCKS);
    Stage.await("the payee is told that it is lost", () -> stage.told(LightningEvent.HtlcLost.class, hold));
    stage.payee.lightning().collect(hold.preimage());
    comesBack(stage, hold);
  }

  private static void payerClosesThenCollect(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.payer, stage.router);
    stage.mine(1);
    collect(stage, hold);
    stage.mine(BLOCKS_AFTER_EXPIRY);
  }

  private static void routerSilentCollected(Stage stage) {
    Hold hold = stage.hold();
    stage.halt(stage.router);
    stage.payee.lightning().collect(hold.preimage());
    stage.mineTo(hold.htlc().expiryHeight() - CLAIM_BLOCKS - 1);
    require(stage.payee.lightning().status().channels().size() == 1, "the channel is open while there is time");
    stage.mine(2);
    Stage.await("the node goes to the chain by itself", () -> stage.payee.lightning().status().channels().isEmpty());
    stage.mine(1);
    Stage.await("commitment and claim are on their way",
        () -> stage.told(LightningEvent.HtlcCollected.class, hold));
    stage.mine(1);
    stage.startAgain(stage.router);
    stage.mine(BLOCKS_AFTER_EXPIRY);
  }

  private static void routerSilentUndecided(Stage stage) {
    Hold hold = stage.hold();
    stage.halt(stage.router);
    stage.mineTo(hold.htlc().expiryHeight() - FAIL_BACK_BLOCKS);
    Stage.await("the payee is told that it is lost", () -> stage.told(LightningEvent.HtlcLost.class, hold));
    stage.payee.lightning().collect(hold.preimage());
    stage.startAgain(stage.router);
    Stage.await("the payer has it back", () -> released(stage, hold));
    require(stage.payee.lightning().status().channels().size() == 1, "the channel stays open");
  }

  private static void reorganisations(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.payee, stage.router);
    stage.mine(1);
    collect(stage, hold);
    for (int depth = 1; depth <= DEEPEST_REORGANISATION; depth++) {
      stage.mine(1);
      stage.chain.reorg(depth);
      stage.sync();
    }
  }

  private static void feesRise(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.router, stage.payee);
    stage.mine(1);
    stage.payee.lightning().collect(hold.preimage());
    Stage.await("the claim waits for a block", () -> highestRate(stage) > 0);
    stage.chain.estimate(TENFOLD_SAT_PER_VBYTE);
    Stage.await("the claim pays what is asked now", () -> {
      stage.chain.mineEmpty();
      stage.sync();
      return highestRate(stage) >= TENFOLD_SAT_PER_VBYTE * 0.9;
    });
    stage.mine(1);
  }

  private static double highestRate(Stage stage) {
    return stage.chain.waiting().stream().mapToDouble(waiting -> (double) waiting.feeSat() / waiting.vbytes()).max()
        .orElse(0);
  }

  private static void restarts(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.payee, stage.router);
    loseAndRestart(stage);
    stage.mine(1);
    stage.payee.lightning().collect(hold.preimage());
    Stage.await("the claim waits for a block", () -> !stage.chain.waiting().isEmpty());
    loseAndRestart(stage);
    stage.payee.lightning().collect(hold.preimage());
    collect(stage, hold);
  }

  /** What waits for a block is forgotten and both nodes die: the payee's alone must send it again when it starts. */
  private static void loseAndRestart(Stage stage) {
    stage.halt(stage.router);
    stage.halt(stage.payee);
    stage.chain.forgetMempool();
    stage.startAgain(stage.payee);
    Stage.await("what was lost is sent again", () -> !stage.chain.waiting().isEmpty());
    stage.startAgain(stage.router);
  }

  private static void anchorsFeesRise(Stage stage, LightningNode closer, LightningNode other) {
    Hold hold = stage.hold();
    stage.closeByForce(closer, other);
    stage.estimate(TENFOLD_SAT_PER_VBYTE);
    require(stage.chain.paying(BLOCK_SAT_PER_VBYTE) == 0, "the commitment by itself pays too little");
    collectAtTenfold(stage, hold);
  }

  /** Blocks take only what pays tenfold: the commitment gets in by its child, then the claim by what it pays itself. */
  private static void collectAtTenfold(Stage stage, Hold hold) {
    Stage.await("the commitment and its child pay what is asked now", () -> tookOne(stage));
    collectConfirmed(stage, hold);
  }

  /** Mines one block, after a moment in which a node may raise what it pays. */
  private static boolean tookOne(Stage stage) {
    boolean took = Until.comes(A_MOMENT, () -> stage.chain.paying(BLOCK_SAT_PER_VBYTE) > 0);
    stage.chain.mineAtLeast(BLOCK_SAT_PER_VBYTE);
    stage.sync();
    return took;
  }

  private static void anchorsUndecided(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.router, stage.payee);
    stage.estimate(TENFOLD_SAT_PER_VBYTE);
    Stage.await("the commitment and its child pay what is asked now", () -> tookOne(stage));
    stage.mineTo(hold.htlc().expiryHeight() - 1);
    Stage.await("the payer has it back", () -> {
      tookOne(stage);
      return released(stage, hold);
    });
    stage.payee.lightning().collect(hold.preimage());
    require(!stage.told(LightningEvent.HtlcCollected.class, hold), "it was not collected after all");
  }

  private static void anchorsRestarts(Stage stage) {
    Hold hold = stage.hold();
    stage.closeByForce(stage.payee, stage.router);
    stage.estimate(TENFOLD_SAT_PER_VBYTE);
    loseAndRestart(stage);
    Stage.await("the commitment and its child pay what is asked now", () -> tookOne(stage));
    stage.payee.lightning().collect(hold.preimage());
    Stage.await("the claim waits for a block", () -> !stage.chain.waiting().isEmpty());
    loseAndRestart(stage);
    collectConfirmed(stage, hold);
  }

  private static void collectConfirmed(Stage stage, Hold hold) {
    stage.payee.lightning().collect(hold.preimage());
    Stage.await("the claim pays what is asked now", () -> {
      tookOne(stage);
      return stage.told(LightningEvent.HtlcCollected.class, hold);
    });
  }

  private static void collect(Stage stage, Hold hold) {
    stage.payee.lightning().collect(hold.preimage());
    Stage.await("the payee is told that it is collected", () -> {
      stage.mine(1);
      return stage.told(LightningEvent.HtlcCollected.class, hold);
    });
  }

  private static void comesBack(Stage stage, Hold hold) {
    stage.mineTo(hold.htlc().expiryHeight() + BLOCKS_AFTER_EXPIRY);
    Stage.await("the payer has it back", () -> released(stage, hold));
    require(!stage.told(LightningEvent.HtlcCollected.class, hold), "it was not collected after all");
  }

  private static boolean released(Stage stage, Hold hold) {
    return stage.outcome(hold) instanceof Payment.Failed;
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException("not so: " + what);
    }
  }
}
