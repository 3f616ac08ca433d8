package klatch.cli.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import klatch.regtest.Until;
import org.jspecify.annotations.Nullable;

/**
 * Kills at random moments, from a thread of its own: the organiser's process hard, and now and then an attendee's node or the
 * one between them and the organiser, which lose everything that they have not stored. The seed gives the same pauses and
 * victims again.
 */
final class Killer implements AutoCloseable {
  private static final long SHORTEST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 4_000;
  /** One kill in so many does not wait until the last start was over. */
  private static final int DURING_STARTS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(60);

  /** Who may be killed. */
  enum Victim {
    /** Its process, by SIGKILL. */
    ORGANISER,
    /** The node between, in this process. */
    ROUTER,
    /** Any of them, in this process. */
    ATTENDEE
  }

  private final World world;
  private final int kills;
  private final List<Victim> dice;
  private final SplittableRandom random;
  private final AtomicInteger done = new AtomicInteger();
  private final Map<Victim, Integer> deaths = new ConcurrentHashMap<>();
  private @Nullable Thread thread;

  /** @param dice a throw decides who is next: whoever is named twice is killed twice as often */
  Killer(World world, int kills, long seed, List<Victim> dice) {
    this.world = world;
    this.kills = kills;
    this.dice = List.copyOf(dice);
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

  /** How often each has been killed. */
  int deaths(Victim victim) {
    return deaths.getOrDefault(victim, 0);
  }

  private void run() {
    try {
      while (done.get() < kills) {
        if (random.nextInt(DURING_STARTS) > 0) {
          Until.holds("the organiser runs again", PATIENCE, world::organiserAnswers);
        }
        Thread.sleep(random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
        var victim = dice.get(random.nextInt(dice.size()));
        switch (victim) {
          case ORGANISER -> world.organiser().kill();
          case ROUTER -> world.killRouter();
          case ATTENDEE -> world.killAttendee(random.nextInt(world.attendees().size()));
        }
        deaths.merge(victim, 1, Integer::sum);
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
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
