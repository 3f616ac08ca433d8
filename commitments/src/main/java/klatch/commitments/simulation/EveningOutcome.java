package klatch.commitments.simulation;

import java.util.List;

/**
 * What became of one simulated evening. Amounts in msat.
 *
 * @param locked    deposits that were held
 * @param came      people who came
 * @param noShows   people with a held deposit who stayed away
 * @param forfeited deposits that were collected
 * @param payees    people who received payouts, each between {@code leastPayout} and {@code mostPayout}
 * @param deaths    processes that died and started again
 * @param problems  invariants that did not hold; empty in a good world
 */
public record EveningOutcome(EveningPlan plan, int locked, int came, int noShows, int forfeited, long collected,
    long paidOut, long fees, long reserveLeft, int payees, long leastPayout, long mostPayout, int deaths,
    List<String> problems) {
  public EveningOutcome {
    problems = List.copyOf(problems);
  }
}
