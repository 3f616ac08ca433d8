package klatch.cli.demo;

import java.time.Duration;
import java.util.SplittableRandom;

/** Kills the organiser's process hard at random moments, from a thread of its own. The seed gives the same pauses again. */
final class Killer implements AutoCloseable {
  private static final long SHORTEST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 4_000;
  private static final Duration PATIENCE = Duration.ofMinutes(60);

  private final OrganiserProcess organiser;
  private final int kills;
  private final SplittableRandom random;
  private final Thread thread;
  private volatile int done;

  Killer(OrganiserProcess organiser, int kills, long seed) {
    this.organiser = organiser;
    this.kills = kills;
    this.random = new SplittableRandom(seed);
    this.thread = Thread.ofVirtual().name("killer").start(this::run);
  }

  private void run() {
    try {
      while (done < kills) {
        Thread.sleep(random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
        organiser.kill();
        done = done + 1;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until all the kills have happened; some may come after the last payout. */
  void finish() {
    World.until("the organiser was killed " + kills + " times", PATIENCE, () -> done >= kills);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
