package klatch.regtest.study;

import java.util.Random;
import klatch.commitments.simulation.EveningPlan;

/**
 * Which evenings to play.
 *
 * @param leastAttendees of an evening; how many it is, is drawn evenly
 * @param noShowRate     chance that somebody stays away, 0 to 1
 * @param seed           decides every evening: its size, deposit, fees, faults and who comes
 */
public record StudyPlan(int events, int leastAttendees, int mostAttendees, double noShowRate, long seed) {
  /** More than anybody waits for. */
  private static final int MOST_EVENTS = 100_000;
  /** Some people with a seat never pay the deposit. */
  private static final double LOCK_RATE = 0.95;
  private static final long LEAST_DEPOSIT_MSAT = 1_000_000;
  private static final long MOST_DEPOSIT_MSAT = 25_000_000;
  private static final long[] BASE_FEES_MSAT = {0, 500, 1_000};
  private static final long[] FEE_PARTS_PER_MILLION = {0, 200, 1_000};
  /** On some evenings nobody dies; on others a process dies at one in so many calls. */
  private static final int[] ONE_DEATH_IN = {0, 200, 1_000, 5_000};
  private static final int MOST_DEATHS = 40;
  private static final int MOST_FAILED_PAYMENTS = 6;
  private static final double FAST_CHAIN_RATE = 0.04;
  /** Bits of a seed that tell one evening from the next (the golden ratio, as in splittable generators). */
  private static final long SEED_STEP = 0x9e3779b97f4a7c15L;

  public StudyPlan {
    if (events < 1 || events > MOST_EVENTS) {
      throw new IllegalArgumentException(events + " events, possible are 1 to " + MOST_EVENTS);
    }
    if (leastAttendees < 1 || mostAttendees < leastAttendees || mostAttendees > EveningPlan.MOST_ATTENDEES) {
      throw new IllegalArgumentException("attendees " + leastAttendees + ".." + mostAttendees + ", possible are 1.."
          + EveningPlan.MOST_ATTENDEES);
    }
    if (!(noShowRate >= 0 && noShowRate <= 1)) {
      throw new IllegalArgumentException("the no-show rate is 0 to 1, not " + noShowRate);
    }
  }

  /** The plan of one evening, the same each time it is asked for. */
  public EveningPlan evening(int number) {
    long evening = seed + number * SEED_STEP;
    Random random = new Random(evening);
    int attendees = leastAttendees + random.nextInt(mostAttendees - leastAttendees + 1);
    EveningPlan.Faults faults = new EveningPlan.Faults(ONE_DEATH_IN[random.nextInt(ONE_DEATH_IN.length)], MOST_DEATHS,
        random.nextInt(MOST_FAILED_PAYMENTS), true, random.nextDouble() < FAST_CHAIN_RATE);
    return new EveningPlan(attendees, random.nextLong(LEAST_DEPOSIT_MSAT, MOST_DEPOSIT_MSAT), 1 + random.nextInt(2),
        BASE_FEES_MSAT[random.nextInt(BASE_FEES_MSAT.length)],
        FEE_PARTS_PER_MILLION[random.nextInt(FEE_PARTS_PER_MILLION.length)], LOCK_RATE, noShowRate, faults, evening);
  }
}
