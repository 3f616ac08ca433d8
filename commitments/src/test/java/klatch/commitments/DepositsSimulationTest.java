package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import klatch.commitments.Town.Killed;
import klatch.commitments.Town.Person;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole events with processes dying at any moment: a seed repeats its faults, and every msat is accounted for. */
final class DepositsSimulationTest {
  private static final int SEEDS = 25;
  private static final int MOST_STEPS = 20_000;

  @TestFactory
  List<DynamicTest> killedAtRandomMoments() {
    return LongStream.range(0, SEEDS)
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> new Run(seed).play())).toList();
  }

  @TestFactory
  List<DynamicTest> killedOnceAtEachKillPoint() {
    List<DynamicTest> tests = new ArrayList<>();
    for (KillPoint.Step step : KillPoint.Step.values()) {
      for (KillPoint.Moment moment : KillPoint.Moment.values()) {
        for (int time : IntStream.rangeClosed(1, 2).toArray()) {
          tests.add(DynamicTest.dynamicTest(step + " " + moment + " " + time, () -> {
            Run run = new Run(1_000);
            OneDeath fate = new OneDeath(step, moment, time);
            run.town.host.fate = fate;
            run.town.attendees.forEach(attendee -> attendee.fate = fate);
            run.deathRate = 0;
            run.play(run.town.attendees, run.town.attendees.subList(0, 2));
            assertThat(run.deaths).isEqualTo(1);
          }));
        }
      }
    }
    return tests;
  }

  private static final class OneDeath implements Town.Fate {
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

  private static final class Run {
    final Random random;
    final Town town;
    final long total;
    int deathRate;
    int deaths;

    Run(long seed) {
      random = new Random(seed);
      int people = seed == 1_000 ? 4 : 2 + random.nextInt(5);
      town = new Town(people, 1_000_000 + random.nextInt(20_000_000), 1 + random.nextInt(2), seed);
      town.network.fees(random.nextInt(3) * 500L, random.nextInt(3) * 200L);
      total = town.network.totalMsat();
      deathRate = 20 + random.nextInt(200);
      Town.Fate fate = new RandomDeath();
      town.host.fate = fate;
      town.attendees.forEach(a -> a.fate = fate);
    }

    /** Dies once in so many calls, and less often as time goes by, so that it ends. */
    private final class RandomDeath implements Town.Fate {
      @Override
      public void call(String what) {
        if (deathRate > 0 && deaths < 60 && random.nextInt(deathRate) == 0) {
          throw new Killed();
        }
      }

      @Override
      public void at(Step step, Moment moment) {
        call("kill point");
      }
    }

    void play() {
      play(town.attendees.stream().filter(a -> random.nextInt(10) > 0).toList(),
          town.attendees.stream().filter(a -> random.nextInt(3) > 0).toList());
    }

    void play(List<Person> lockers, List<Person> comers) {
      try (town) {
        town.network.failNext(random.nextInt(6));
        run(() -> town.attendees.stream().allMatch(a -> said(DepositMessage.Offer.class, a)), () -> {
        });
        run(() -> lockers.stream().allMatch(a -> said(DepositMessage.HeldReceipt.class, a)),
            () -> alive(lockers.get(random.nextInt(lockers.size())), Person::lock));
        town.toCheckIn();
        comers.forEach(town::checkIn);
        run(() -> comers.stream().filter(lockers::contains)
            .allMatch(a -> said(DepositMessage.Released.class, a)), () -> {
            });
        town.toSettlement();
        run(() -> report().isPresent(), () -> {
          town.network.stall(random.nextInt(4) == 0);
          town.clock.plus(Duration.ofSeconds(random.nextInt(120)));
        });
        town.network.stall(false);
        deathRate = 0;
        town.settleDown();
        balances(lockers, comers);
      }
    }

    private void run(java.util.function.BooleanSupplier done, Runnable between) {
      for (int step = 0; !done.getAsBoolean(); step++) {
        assertThat(step).as("steps without an end").isLessThan(MOST_STEPS);
        between.run();
        int who = random.nextInt(town.attendees.size() + 1);
        alive(who == 0 ? town.host : town.attendees.get(who - 1), Person::work);
        if (random.nextBoolean()) {
          town.sync();
        }
        assertThat(town.network.totalMsat()).isEqualTo(total);
      }
    }

    private void alive(Person person, java.util.function.Consumer<Person> act) {
      try {
        act.accept(person);
      } catch (Killed e) {
        deaths++;
        restart(person);
      }
    }

    /** A process may die while it starts, too. */
    private void restart(Person person) {
      for (boolean up = false; !up;) {
        try {
          person.crash(random.nextInt(6));
          up = true;
        } catch (Killed e) {
          deaths++;
        }
      }
    }

    private void balances(List<Person> lockers, List<Person> comers) {
      DepositMessage.Report report = report().orElseThrow();
      assertThat(town.audit()).isEqualTo(new Audit(town.event, true, List.of()));
      assertThat(town.host.balance().value()).isEqualTo(town.host.before.value() + report.collected().value()
          - report.paidOut().value() - report.fees().value());
      long paid = 0;
      for (Person person : town.attendees) {
        long received = person.store.ownClaims(town.event).values().stream().filter(OwnClaim::received)
            .mapToLong(c -> c.amount().value()).sum();
        paid += received;
        Optional<OwnDeposit> own = person.store.ownDeposit(town.event);
        boolean forfeited = own.filter(o -> o.phase() == OwnDeposit.Phase.FORFEITED).isPresent();
        assertThat(forfeited && comers.contains(person)).isFalse();
        assertThat(forfeited && !lockers.contains(person)).isFalse();
        long lost = forfeited ? own.get().amount().value() + own.get().fee().value() : 0;
        assertThat(person.balance().value()).isEqualTo(person.before.value() - lost + received);
      }
      assertThat(paid).isEqualTo(report.paidOut().value());
      if (report.collected().value() > 0) {
        assertThat(report.reserveLeft().value()).isLessThan(15_000);
      }
    }

    private boolean said(Class<? extends DepositMessage> kind, Person about) {
      Statements said = new StatementBook(town.host.log).of(town.event);
      return said.all(town.host.device, kind).stream().anyMatch(s -> switch ((DepositMessage) s.message()) {
        case DepositMessage.Offer m -> m.person().equals(about.device);
        case DepositMessage.HeldReceipt m -> m.person().equals(about.device);
        case DepositMessage.Released m -> m.person().equals(about.device);
        default -> false;
      });
    }

    private Optional<DepositMessage.Report> report() {
      return new StatementBook(town.host.log).of(town.event).first(town.host.device, DepositMessage.Report.class)
          .map(Said::message);
    }
  }
}
