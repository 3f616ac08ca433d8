package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import klatch.commitments.simulation.EveningOutcome;
import klatch.commitments.simulation.EveningPlan;
import klatch.commitments.simulation.Fate;
import klatch.commitments.simulation.Killed;
import klatch.commitments.simulation.SimulatedEvening;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whole events with processes dying at any moment: a seed repeats its faults, and every msat is accounted for. */
final class DepositsSimulationTest {
  private static final int SEEDS = 25;

  @TestFactory
  List<DynamicTest> killedAtRandomMoments() {
    return LongStream.range(0, SEEDS).mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> {
      Random random = new Random(seed);
      EveningPlan.Faults faults = new EveningPlan.Faults(20 + random.nextInt(200), 60, random.nextInt(6), true, false);
      EveningOutcome outcome = new SimulatedEvening(new EveningPlan(2 + random.nextInt(5),
          1_000_000 + random.nextInt(20_000_000), 1 + random.nextInt(2), random.nextInt(3) * 500L,
          random.nextInt(3) * 200L, 0.9, 0.33, faults, seed)).play();
      assertThat(outcome.problems()).isEmpty();
    })).toList();
  }

  @TestFactory
  List<DynamicTest> killedOnceAtEachKillPoint() {
    List<DynamicTest> tests = new ArrayList<>();
    for (KillPoint.Step step : KillPoint.Step.values()) {
      for (KillPoint.Moment moment : KillPoint.Moment.values()) {
        for (int time : IntStream.rangeClosed(1, 2).toArray()) {
          tests.add(DynamicTest.dynamicTest(step + " " + moment + " " + time, () -> {
            SimulatedEvening evening = new SimulatedEvening(plan(EveningPlan.Faults.NONE));
            evening.fate(new OneDeath(step, moment, time));
            EveningOutcome outcome = evening.play(evening.town().attendees(), evening.town().attendees().subList(0, 2));
            assertThat(outcome.problems()).isEmpty();
            assertThat(outcome.deaths()).isEqualTo(1);
            assertThat(outcome.forfeited()).isEqualTo(2);
          }));
        }
      }
    }
    return tests;
  }

  @Test
  void theGuardianGivesEverythingBackWhenTheChainRunsAheadOfTheEvening() {
    SimulatedEvening evening = new SimulatedEvening(plan(new EveningPlan.Faults(0, 0, 0, false, true)));
    EveningOutcome outcome = evening.play(evening.town().attendees(), List.of());
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.noShows()).isEqualTo(4);
    assertThat(outcome.collected()).isZero();
  }

  @Test
  void aHubThatTakesMoreThanTheyAgreedToIsToldOfAsAProblem() {
    SimulatedEvening evening = new SimulatedEvening(plan(EveningPlan.Faults.NONE));
    evening.town().network().lose(new Msat(1));
    EveningOutcome outcome = evening.play();
    assertThat(outcome.problems()).isNotEmpty().allMatch(problem -> problem.contains("all channels together hold"));
  }

  private static EveningPlan plan(EveningPlan.Faults faults) {
    return new EveningPlan(4, 5_000_000, 1, 1_000, 100, 1, 0.3, faults, 1_000);
  }

  private static final class OneDeath implements Fate {
    private final Step step;
    private final Moment moment;
    private int left;

    OneDeath(Step step, Moment moment, int time) {
      this.step = step;
      this.moment = moment;
      this.left = time;
    }

    @Override
    public void call(String what) {
      // It dies at its point only.
    }

    @Override
    public void at(Step now, Moment here) {
      if (now == step && here == moment && --left == 0) {
        throw new Killed();
      }
    }
  }
}
