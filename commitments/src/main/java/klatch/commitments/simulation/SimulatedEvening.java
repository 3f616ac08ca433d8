package klatch.commitments.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import klatch.commitments.Audit;
import klatch.commitments.Lightning;
import klatch.commitments.MoneyReport;
import klatch.commitments.OwnClaim;
import klatch.commitments.OwnDeposit;

/**
 * One evening from the offers to the organiser's report, whose processes die, whose payments fail and whose chain runs as its plan says. The order in
 * which nodes work is drawn from the plan's seed. Used by one thread, once.
 */
public final class SimulatedEvening {
  /** A wall against evenings that never end, for each attendee. */
  private static final int MOST_STEPS_EACH = 10_000;
  /** What the fee reserve may keep of a pot when all is paid: not enough for one more payout. */
  private static final long LARGEST_REST_MSAT = 15_000;
  private static final int MOST_EVENTS_AGAIN = 6;
  private static final int MOST_SECONDS_BETWEEN_TRIES = 120;

  private final EveningPlan plan;
  private final Random random;
  private final Town town;
  private final long total;
  private final List<String> problems = new ArrayList<>();
  private int oneDeathIn;
  private int deaths;

  public SimulatedEvening(EveningPlan plan) {
    this.plan = plan;
    this.random = new Random(plan.seed());
    this.oneDeathIn = plan.faults().oneDeathIn();
    this.town = new Town(plan.attendees(), plan.depositMsat(), plan.minimumPresent(), plan.seed());
    town.network().fees(plan.baseFeeMsat(), plan.feePartsPerMillion());
    town.network().failNext(plan.faults().failedPayments());
    this.total = town.network().totalMsat();
    fate(_ -> {
      if (oneDeathIn > 0 && deaths < plan.faults().mostDeaths() && random.nextInt(oneDeathIn) == 0) {
        throw new Killed();
      }
    });
  }

  /** Decides over every node from now on, in place of chance. */
  public void fate(Fate fate) {
    town.host().fate(fate);
    town.attendees().forEach(attendee -> attendee.fate(fate));
  }

  public Town town() {
    return town;
  }

  /** Plays it with people who lock and come as chance has it. */
  public EveningOutcome play() {
    List<Person> lockers = town.attendees().stream().filter(_ -> random.nextDouble() < plan.lockRate()).toList();
    List<Person> comers = town.attendees().stream().filter(_ -> random.nextDouble() >= plan.noShowRate()).toList();
    return play(lockers, comers);
  }

  /** Plays it with these people locking and these coming. */
  public EveningOutcome play(List<Person> lockers, List<Person> comers) {
    try (town) {
      boolean ended = until(() -> offers() == plan.attendees(), () -> {
      }) && (lockers.isEmpty()
          || until(() -> held(lockers), () -> alive(lockers.get(random.nextInt(lockers.size())), Person::lock)));
      if (ended && plan.faults().fastChain()) {
        passBlocks();
      }
      town.toCheckIn();
      comers.forEach(town::checkIn);
      ended = ended && until(() -> comers.stream().filter(lockers::contains).allMatch(this::gotBack), () -> {
      });
      town.toSettlement();
      ended = ended && until(this::done, () -> {
        town.network().stall(plan.faults().stalls() && random.nextInt(4) == 0);
        town.clock().plus(Duration.ofSeconds(random.nextInt(MOST_SECONDS_BETWEEN_TRIES)));
      });
      town.network().stall(false);
      oneDeathIn = 0;
      town.settleDown();
      check(ended, () -> "it did not come to an end");
      return outcome(lockers, comers);
    }
  }

  private boolean until(BooleanSupplier reached, Runnable between) {
    for (int step = 0; !reached.getAsBoolean(); step++) {
      if (step > MOST_STEPS_EACH * plan.attendees()) {
        return false;
      }
      between.run();
      int who = random.nextInt(plan.attendees() + 1);
      alive(who == 0 ? town.host() : town.attendees().get(who - 1), Person::work);
      if (random.nextBoolean()) {
        town.sync();
      }
      long now = town.network().totalMsat();
      check(now == total, () -> "all channels together hold " + now + " msat, at first " + total);
    }
    return true;
  }

  private void alive(Person person, Consumer<Person> act) {
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
        person.crash(random.nextInt(MOST_EVENTS_AGAIN));
        up = true;
      } catch (Killed e) {
        deaths++;
      }
    }
  }

  /** Blocks until no deposit could wait any longer; the guardian has to act before the nodes do. */
  private void passBlocks() {
    while (!town.host().lightning().held().isEmpty()) {
      town.network().mine(1);
      alive(town.host(), Person::work);
      town.sync();
    }
  }

  // ---- how far it is ----

  private long offers() {
    return lines().size();
  }

  private List<MoneyReport.Line> lines() {
    return town.host().report().map(MoneyReport::people).orElse(List.of());
  }

  private boolean held(List<Person> lockers) {
    List<MoneyReport.Line> lines = lines();
    return lockers.stream().allMatch(person -> lines.stream()
        .anyMatch(line -> line.person().equals(person.device()) && !line.state().equals("offered")));
  }

  private boolean gotBack(Person person) {
    return lines().stream().anyMatch(line -> line.person().equals(person.device()) && line.state().equals("released"));
  }

  private boolean done() {
    return town.host().report().filter(MoneyReport::done).isPresent();
  }

  // ---- what must hold at its end ----

  private void check(boolean holds, java.util.function.Supplier<String> otherwise) {
    if (!holds) {
      problems.add(otherwise.get());
    }
  }

  private EveningOutcome outcome(List<Person> lockers, List<Person> comers) {
    MoneyReport report = town.host().report().orElseThrow();
    Audit audit = town.audit();
    check(audit.equals(new Audit(town.event(), true, List.of())), () -> "the audit says: " + audit);
    Person witness = town.attendees().get(random.nextInt(plan.attendees()));
    Optional<Audit> theirs = Audit.of(town.event(), witness.entries(), witness.lightning()::decode,
        town.clock().millis());
    check(theirs.equals(Optional.of(audit)), () -> witness.name() + "'s audit says: " + theirs);
    long collected = report.pot().value();
    check(collected == report.paidOut().value() + report.fees().value() + report.reserveLeft().value(),
        () -> "the pot is not payouts, fees and rest: " + report);
    equal("the organiser's balance", town.host().before().value() + report.reserveLeft().value(),
        town.host().balance().value());
    check(collected == 0 || report.reserveLeft().value() < LARGEST_REST_MSAT,
        () -> report.reserveLeft() + " are left in the reserve");
    List<Long> payouts = new ArrayList<>();
    int forfeited = 0;
    for (Person person : town.attendees()) {
      forfeited += person(person, lockers, comers, payouts) ? 1 : 0;
    }
    equal("the sum of what was received", report.paidOut().value(), payouts.stream().mapToLong(Long::longValue).sum());
    int noShows = (int) lockers.stream().filter(person -> !comers.contains(person)).count();
    check(!plan.faults().fastChain() || forfeited == 0, () -> "the guardian gave back what was collected too");
    return new EveningOutcome(plan, lockers.size(), comers.size(), noShows, forfeited, collected,
        report.paidOut().value(), report.fees().value(), report.reserveLeft().value(), payouts.size(),
        payouts.stream().mapToLong(Long::longValue).min().orElse(0),
        payouts.stream().mapToLong(Long::longValue).max().orElse(0), deaths, problems);
  }

  /** Looks at one attendee's account and says whether their deposit was forfeited. */
  private boolean person(Person person, List<Person> lockers, List<Person> comers, List<Long> payouts) {
    long received = person.store().ownClaims(town.event()).values().stream().filter(OwnClaim::received)
        .mapToLong(claim -> claim.amount().value()).sum();
    if (received > 0) {
      payouts.add(received);
    }
    Optional<OwnDeposit> own = person.store().ownDeposit(town.event());
    boolean forfeited = own.filter(deposit -> deposit.phase() == OwnDeposit.Phase.FORFEITED).isPresent();
    check(!forfeited || !comers.contains(person), () -> person.name() + " came and lost the deposit");
    check(!forfeited || lockers.contains(person), () -> person.name() + " never locked and lost a deposit");
    check(received == 0 || comers.contains(person), () -> person.name() + " stayed away and was paid");
    Lightning.NodeStatus status = person.lightning().status();
    long lost = own.filter(_ -> forfeited).map(deposit -> deposit.amount().value() + deposit.fee().value()).orElse(0L);
    equal("the balance of " + person.name(), person.before().value() - lost + received, status.balance().value());
    return forfeited;
  }

  private void equal(String what, long expected, long found) {
    check(expected == found, () -> what + " is " + found + " msat and not " + expected);
  }
}
