package klatch.regtest.storm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import klatch.commitments.Lightning.Channel;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.journal.CommitException;
import klatch.lightning.ChannelRequest;
import klatch.regtest.network.RegtestNetwork;
import klatch.regtest.network.RegtestNode;

/**
 * A channel that is opened and closed again and again, by either side, while both are being killed. It leads to a node with
 * no other channel, so no payment passes over it. One step at a time, by one thread.
 */
final class ExtraChannel {
  private static final long CAPACITY_SAT = 400_000;
  private static final long PUSHED_SAT = 100_000;
  /** A channel whose funding is in the chain and that cannot be used after so many blocks and so long is lost. */
  private static final int MOST_BLOCKS = 30;
  private static final Duration LONGEST_CONFIRMING = Duration.ofMinutes(1);

  private enum Stage {
    NONE, OPENING, CONFIRMING, USABLE, CLOSING
  }

  private final RegtestNetwork network;
  private final List<RegtestNode> sides;
  private final SplittableRandom random;
  private Stage stage = Stage.NONE;
  private CompletableFuture<?> opening = CompletableFuture.completedFuture(null);
  private int waited;
  private long confirmingSinceNanos;
  private int opened;
  private int closed;

  ExtraChannel(RegtestNetwork network, RegtestNode one, RegtestNode other, SplittableRandom random) {
    this.network = network;
    this.sides = List.of(one, other);
    this.random = random;
  }

  int opened() {
    return opened;
  }

  int closed() {
    return closed;
  }

  /** Whether there is none, and none on its way. */
  boolean isNone() {
    return stage == Stage.NONE;
  }

  /**
   * Goes on by one step; both nodes run. @return the blocks that were mined
   *
   * @throws IllegalStateException if a channel whose funding is in the chain does not come
   */
  int step(boolean openMore) {
    try {
      return switch (stage) {
        case NONE -> openMore ? open() : 0;
        case OPENING -> awaitOpening();
        case CONFIRMING -> confirm();
        case USABLE -> ask();
        case CLOSING -> awaitClosing();
      };
    } catch (LightningException | CommitException e) {
      // The kill before has not been got over; the next step is near.
      return 0;
    }
  }

  private int open() {
    var opener = sides.get(random.nextInt(2));
    var peer = sides.getFirst() == opener ? sides.getLast() : sides.getFirst();
    opener.connect(peer);
    var request = new ChannelRequest(peer.nodeId(), CAPACITY_SAT, Msat.ofSat(PUSHED_SAT));
    var lightning = opener.lightning();
    opening = CompletableFuture.supplyAsync(() -> lightning.openChannels(List.of(request)),
        Executors.newVirtualThreadPerTaskExecutor());
    stage = Stage.OPENING;
    return 0;
  }

  /** However it ended: whoever was killed in between may have a channel or none. */
  private int awaitOpening() {
    if (!opening.isDone()) {
      return 0;
    }
    try {
      opening.get();
    } catch (ExecutionException | CompletionException | InterruptedException e) {
      if (of(0).isEmpty() && of(1).isEmpty()) {
        stage = Stage.NONE;
        return 0;
      }
    }
    waited = 0;
    confirmingSinceNanos = System.nanoTime();
    stage = Stage.CONFIRMING;
    return 0;
  }

  private int confirm() {
    var one = of(0);
    var other = of(1);
    if (one.isEmpty() && other.isEmpty()) {
      stage = Stage.NONE;
      return 0;
    }
    if (one.filter(Channel::usable).isPresent() && other.filter(Channel::usable).isPresent()) {
      opened++;
      stage = Stage.USABLE;
      return 0;
    }
    if (waited < MOST_BLOCKS) {
      waited++;
      network.mine(1);
      return 1;
    }
    // Blocks come faster here than two nodes that were killed find each other again.
    if (System.nanoTime() - confirmingSinceNanos > LONGEST_CONFIRMING.toNanos()) {
      throw new IllegalStateException("a channel was opened and does not come: " + one + " and " + other);
    }
    return 0;
  }

  private int ask() {
    int side = random.nextInt(2);
    var channel = of(side);
    if (channel.isPresent()) {
      sides.get(side).lightning().closeChannel(channel.get().id(), false);
    }
    waited = 0;
    stage = Stage.CLOSING;
    return 0;
  }

  private int awaitClosing() {
    if (of(0).isPresent() || of(1).isPresent()) {
      // Whoever asked may have been killed before it was stored.
      if (of(0).filter(Channel::usable).isPresent() && of(1).filter(Channel::usable).isPresent()) {
        return ask();
      }
      return 0;
    }
    closed++;
    stage = Stage.NONE;
    network.mine(1);
    return 1;
  }

  private Optional<Channel> of(int side) {
    var peer = sides.get(1 - side).nodeId();
    return sides.get(side).lightning().status().channels().stream().filter(c -> c.peer().equals(peer)).findFirst();
  }
}
