package klatch.regtest.study;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import klatch.commitments.simulation.EveningOutcome;
import klatch.commitments.simulation.SimulatedEvening;

/** Plays the evenings of a {@link StudyPlan}, on every core; the result does not depend on how many there are. */
public final class NoShowStudy {
  private final StudyPlan plan;

  public NoShowStudy(StudyPlan plan) {
    this.plan = plan;
  }

  /**
   * Plays them all.
   *
   * @param progress is told the number of evenings done, by one thread
   * @return the outcomes, in the order of the plan
   */
  public List<EveningOutcome> play(IntConsumer progress) throws InterruptedException {
    ExecutorService cores = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<EveningOutcome>> evenings = new ArrayList<>();
      for (int number = 0; number < plan.events(); number++) {
        int evening = number;
        evenings.add(cores.submit(() -> new SimulatedEvening(plan.evening(evening)).play()));
      }
      List<EveningOutcome> outcomes = new ArrayList<>();
      for (Future<EveningOutcome> evening : evenings) {
        outcomes.add(evening.get());
        progress.accept(outcomes.size());
      }
      return outcomes;
    } catch (ExecutionException e) {
      throw new IllegalStateException("an evening broke off", e.getCause());
    } finally {
      cores.shutdownNow();
    }
  }

  /** What they add up to. */
  public StudyResult result(List<EveningOutcome> evenings) {
    return StudyResult.of(plan, evenings);
  }
}
