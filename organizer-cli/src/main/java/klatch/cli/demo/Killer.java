package klatch.cli.demo;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import klatch.regtest.Until;

/** Kills the organiser's process hard at random moments, from a thread of its own. The seed gives the same pauses again. */
final class Killer implements AutoCloseable {
  private static final long SHORTEST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 4_000;
  /** One kill in so many does not wait until the last start was over. */
  private static final int DURING_STARTS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(60);

  private final World world;
  private final int kills;
  private final SplittableRandom random;
  private final AtomicInteger done = new AtomicInteger();
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

  private void run() {
    try {
      while (done.get() < kills) {
        if (random.nextInt(DURING_STARTS) > 0) {
          Until.holds("the organiser runs again", PATIENCE, world::organiserAnswers);
        }
        Thread.sleep(random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
        world.organiser().kill();
        done.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until all the kills have happened; some may come after the last payout. */
  void finish() {
    Until.holds("the organiser was killed " + kills + " times", PATIENCE, () -> done.get() >= kills);
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
