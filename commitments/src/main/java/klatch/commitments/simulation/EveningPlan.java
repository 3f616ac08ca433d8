package klatch.commitments.simulation;

/**
 * One evening to simulate.
 *
 * @param attendees      people with a seat
 * @param minimumPresent of the terms: with fewer at the door everybody gets the deposit back
 * @param baseFeeMsat    what the hub takes of each payment, and with {@code feePartsPerMillion} of its amount
 * @param lockRate       chance that somebody with a seat locks the deposit, 0 to 1
 * @param noShowRate     chance that somebody stays away, 0 to 1
 * @param faults         what goes wrong on the way
 * @param seed           decides everything that is left open
 */
public record EveningPlan(int attendees, long depositMsat, int minimumPresent, long baseFeeMsat,
    long feePartsPerMillion,
    double lockRate, double noShowRate, Faults faults, long seed) {
  /** Nodes are named by one byte, the organiser's is 1. */
  public static final int MOST_ATTENDEES = 200;

  public EveningPlan {
    if (attendees < 1 || attendees > MOST_ATTENDEES) {
      throw new IllegalArgumentException(attendees + " attendees, possible are 1 to " + MOST_ATTENDEES);
    }
    if (!(lockRate >= 0 && lockRate <= 1 && noShowRate >= 0 && noShowRate <= 1)) {
      throw new IllegalArgumentException("rates are 0 to 1, not " + lockRate + " and " + noShowRate);
    }
  }

  /**
   * What goes wrong.
   *
   * @param oneDeathIn     a process dies at one in so many of its calls; 0 for never
   * @param mostDeaths     and not more often than this
   * @param failedPayments so many payments fail on their way
   * @param stalls         whether the hub sits on payouts now and then
   * @param fastChain      whether blocks come so fast before the doors open that the guardian has to give every deposit back
   */
  public record Faults(int oneDeathIn, int mostDeaths, int failedPayments, boolean stalls, boolean fastChain) {
    public static final Faults NONE = new Faults(0, 0, 0, false, false);
  }
}
