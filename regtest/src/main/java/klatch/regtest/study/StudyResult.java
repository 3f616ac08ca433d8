package klatch.regtest.study;

import java.util.List;
import klatch.commitments.simulation.EveningOutcome;

/**
 * What all evenings of a study add up to. Amounts in msat.
 *
 * @param seats     people with a seat
 * @param locked    deposits that were held
 * @param came      people who came, with a deposit or without
 * @param noShows   people with a held deposit who stayed away
 * @param turnUp    share of those with a held deposit who came, 0 to 1; 0 without deposits
 * @param refunded  value of the deposits that went back whole
 * @param collected value of those that were forfeited: payouts, fees and what is left
 * @param payees    people who received payouts
 * @param deaths    processes that died and started again
 * @param problems  evenings on which an invariant did not hold, with their seeds
 */
public record StudyResult(StudyPlan plan, int seats, int locked, int came, int noShows, double turnUp, long refunded,
    long collected, long paidOut, long fees, long reserveLeft, int payees, int deaths, List<Problem> problems) {
  /** @param evening its number in the study, from 0 */
  public record Problem(int evening, long seed, String what) {}

  static StudyResult of(StudyPlan plan, List<EveningOutcome> evenings) {
    int locked = evenings.stream().mapToInt(EveningOutcome::locked).sum();
    int noShows = evenings.stream().mapToInt(EveningOutcome::noShows).sum();
    long held = evenings.stream().mapToLong(evening -> evening.locked() * evening.plan().depositMsat()).sum();
    long collected = evenings.stream().mapToLong(EveningOutcome::collected).sum();
    List<Problem> problems = java.util.stream.IntStream.range(0, evenings.size()).boxed()
        .flatMap(number -> evenings.get(number).problems().stream()
            .map(what -> new Problem(number, evenings.get(number).plan().seed(), what)))
        .toList();
    return new StudyResult(plan, evenings.stream().mapToInt(evening -> evening.plan().attendees()).sum(), locked,
        evenings.stream().mapToInt(EveningOutcome::came).sum(), noShows,
        locked == 0 ? 0 : 1 - (double) noShows / locked, held - collected, collected,
        evenings.stream().mapToLong(EveningOutcome::paidOut).sum(),
        evenings.stream().mapToLong(EveningOutcome::fees).sum(),
        evenings.stream().mapToLong(EveningOutcome::reserveLeft).sum(),
        evenings.stream().mapToInt(EveningOutcome::payees).sum(),
        evenings.stream().mapToInt(EveningOutcome::deaths).sum(), problems);
  }

  /** Whether every invariant held on every evening, and the sums do too. */
  public boolean good() {
    return problems.isEmpty() && collected == paidOut + fees + reserveLeft;
  }
}
