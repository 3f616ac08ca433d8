package klatch.cli.demo;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import klatch.regtest.Until;

/**
 * Kills at random moments, from a thread of its own: the organiser's process hard, and now and then the node between payers
 * and organiser, which loses everything that it has not stored. The seed gives the same pauses and victims again.
 */
final class Killer implements AutoCloseable {
  private static final long SHORTEST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 4_000;
  /** One kill in so many does not wait until the last start was over. */
  private static final int DURING_STARTS = 4;
  /** One kill in so many is of the router. */
  private static final int OF_THE_ROUTER = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(60);

  private final World world;
  private final int kills;
  private final SplittableRandom random;
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger ofTheRouter = new AtomicInteger();
  private @Nullable Thread thread;

  Killer(World world, int kills, long seed) {
    this.world = world;
    this.kills = kills;
    this.random = new SplittableRandom(seed);
  }

  /** Begins; does nothing if it has begun already. */
  void start() {
    if (thread == null) {
      thread = Thread.ofVirtual().name("killer").start(this::run);
    }
  }

  int done() {
    return done.get();
  }

  int ofTheRouter() {
    return ofTheRouter.get();
  }

  private void run() {
    try {
      while (done.get() < kills) {
        if (random.nextInt(DURING_STARTS) > 0) {
          Until.holds("the organiser runs again", PATIENCE, world::organiserAnswers);
        }
        Thread.sleep(random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
        if (random.nextInt(OF_THE_ROUTER) == 0 && world.killRouter()) {
          ofTheRouter.incrementAndGet();
        } else {
          world.organiser().kill();
        }
        done.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until all the kills have happened; some may come after the last payout. */
  void finish() {
    Until.holds(kills + " kills have happened", PATIENCE, () -> done.get() >= kills);
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
