package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import klatch.log.DeviceId;
import klatch.meetup.EventId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Payouts + fees + what is left are the pot, to the millisatoshi, whatever happens on the way. */
final class PayoutsPropertyTest {
  @Property(tries = 300)
  void sharesAddUpToThePotAndDifferByOneAtMost(@ForAll @LongRange(min = 1, max = 100_000_000_000L) long pot,
      @ForAll @IntRange(min = 1, max = 200) int people, @ForAll long seed) {
    Random random = new Random(seed);
    Settlement settlement = Settlement.of(event(random), people(people, random), new Msat(pot));
    assertThat(settlement.shares().stream().mapToLong(s -> s.amount().value()).sum()).isEqualTo(pot);
    long most = settlement.shares().getFirst().amount().value();
    long least = settlement.shares().getLast().amount().value();
    assertThat(most - least).isBetween(0L, 1L);
  }

  @Property(tries = 300)
  void nothingIsEverLostOrMade(@ForAll @LongRange(min = 1, max = 10_000_000_000L) long pot,
      @ForAll @IntRange(min = 1, max = 60) int people, @ForAll @IntRange(min = 0, max = 3_000) int baseFee,
      @ForAll @IntRange(min = 0, max = 3_000) int feeRate, @ForAll @IntRange(min = 0, max = 60) int troublePercent,
      @ForAll long seed) {
    Random random = new Random(seed);
    Settlement settlement = Settlement.of(event(random), people(people, random), new Msat(pot));
    List<Payouts.Done> rounds = new ArrayList<>();
    long spent = 0;
    for (List<Payout> next = Payouts.next(settlement, rounds); !next.isEmpty(); next = Payouts.next(settlement,
        rounds)) {
      assertThat(next.stream().mapToLong(p -> p.entitled().value()).sum())
          .isLessThanOrEqualTo(Payouts.left(settlement, rounds).value());
      assertThat(next).extracting(Payout::person).doesNotHaveDuplicates();
      Payouts.Done done = play(next, baseFee, feeRate, troublePercent, random);
      for (PayoutOutcome outcome : done.outcomes().values()) {
        spent += outcome instanceof PayoutOutcome.Paid(var amount, var fee) ? amount.value() + fee.value() : 0;
      }
      rounds.add(done);
      assertThat(Payouts.left(settlement, rounds).value()).isEqualTo(pot - spent);
    }
    assertThat(rounds.size()).isLessThanOrEqualTo(Payouts.MAX_ROUNDS);
  }

  @Property(tries = 200)
  void withoutTroubleLessIsLeftThanOnePaymentWouldMove(
      @ForAll @LongRange(min = 1_000_000, max = 10_000_000_000L) long pot,
      @ForAll @IntRange(min = 1, max = 40) int people, @ForAll @IntRange(min = 0, max = 1_000) int baseFee,
      @ForAll @IntRange(min = 0, max = 500) int feeRate, @ForAll long seed) {
    Random random = new Random(seed);
    Settlement settlement = Settlement.of(event(random), people(people, random), new Msat(pot));
    List<Payouts.Done> rounds = playAll(settlement, baseFee, feeRate, random);
    if (!rounds.isEmpty()) {
      // The last known price is at most the round's own reserve, and whoever is paid costs no more than that.
      assertThat(Payouts.left(settlement, rounds).value()).isLessThan(baseFee + Payouts.LEAST.value() + 1 + 500 * 10);
    }
  }

  @Test
  void aFlatFeeLeavesNothingAfterTwoRounds() {
    Random random = new Random(4);
    Settlement settlement = Settlement.of(event(random), people(4, random), Msat.ofSat(20_000));
    List<Payouts.Done> rounds = playAll(settlement, 1_000, 0, random);
    assertThat(rounds).hasSize(2);
    assertThat(rounds.getFirst().payouts()).extracting(Payout::amount).containsOnly(Msat.ofSat(4_990));
    assertThat(rounds.getLast().payouts()).extracting(Payout::amount).containsOnly(Msat.ofSat(8));
    assertThat(Payouts.left(settlement, rounds)).isEqualTo(Msat.ZERO);
  }

  @Test
  void whatNobodyClaimsGoesToTheNextByTheDraw() {
    Random random = new Random(5);
    Settlement settlement = Settlement.of(event(random), people(3, random), Msat.ofSat(30_000));
    List<Payout> first = Payouts.next(settlement, List.of());
    Map<DeviceId, PayoutOutcome> outcomes = new HashMap<>();
    outcomes.put(first.get(0).person(), new PayoutOutcome.Paid(first.get(0).amount(), first.get(0).maxFee()));
    outcomes.put(first.get(1).person(), new PayoutOutcome.Unclaimed());
    outcomes.put(first.get(2).person(), new PayoutOutcome.Paid(first.get(2).amount(), first.get(2).maxFee()));

    List<Payout> second = Payouts.next(settlement, List.of(new Payouts.Done(first, outcomes)));

    assertThat(second).containsExactly(new Payout(first.get(2).person(), first.get(1).entitled(),
        first.get(1).amount()));
  }

  @Test
  void whatNobodyAtAllClaimsIsLeftAndSaidSo() {
    Random random = new Random(6);
    Settlement settlement = Settlement.of(event(random), people(3, random), Msat.ofSat(30_000));
    List<Payout> first = Payouts.next(settlement, List.of());
    Map<DeviceId, PayoutOutcome> outcomes = new HashMap<>();
    first.forEach(p -> outcomes.put(p.person(), new PayoutOutcome.Unclaimed()));
    List<Payouts.Done> rounds = List.of(new Payouts.Done(first, outcomes));
    assertThat(Payouts.next(settlement, rounds)).isEmpty();
    assertThat(Payouts.left(settlement, rounds)).isEqualTo(Msat.ofSat(30_000));
  }

  @Test
  void aRepricedPayoutStaysWithItsPersonAtTheNewPrice() {
    Random random = new Random(7);
    Settlement settlement = Settlement.of(event(random), people(1, random), Msat.ofSat(5_000));
    List<Payout> first = Payouts.next(settlement, List.of());
    Payouts.Done repriced = new Payouts.Done(first,
        Map.of(first.getFirst().person(), new PayoutOutcome.Repriced(Msat.ofSat(25))));
    assertThat(Payouts.next(settlement, List.of(repriced)))
        .containsExactly(new Payout(first.getFirst().person(), Msat.ofSat(5_000), Msat.ofSat(4_975)));
  }

  @Test
  void aPotTooSmallForEverybodyGoesToTheFirstByTheDraw() {
    Random random = new Random(8);
    Settlement settlement = Settlement.of(event(random), people(50, random), Msat.ofSat(40));
    List<Payout> first = Payouts.next(settlement, List.of());
    assertThat(first).extracting(Payout::person)
        .containsExactlyElementsOf(settlement.shares().stream().limit(3).map(Share::person).toList());
  }

  private static List<Payouts.Done> playAll(Settlement settlement, int baseFee, int feeRate, Random random) {
    List<Payouts.Done> rounds = new ArrayList<>();
    for (List<Payout> next = Payouts.next(settlement, rounds); !next.isEmpty(); next = Payouts.next(settlement,
        rounds)) {
      rounds.add(play(next, baseFee, feeRate, 0, random));
    }
    return rounds;
  }

  private static Payouts.Done play(List<Payout> payouts, int baseFee, int feeRate, int troublePercent,
      Random random) {
    Map<DeviceId, PayoutOutcome> outcomes = new HashMap<>();
    for (Payout payout : payouts) {
      Msat fee = new Msat(baseFee + payout.amount().value() * feeRate / 1_000_000);
      PayoutOutcome outcome = new PayoutOutcome.Paid(payout.amount(), fee);
      if (random.nextInt(100) < troublePercent) {
        outcome = new PayoutOutcome.Unclaimed();
      } else if (fee.compareTo(payout.maxFee()) > 0) {
        outcome = new PayoutOutcome.Repriced(fee);
      }
      outcomes.put(payout.person(), outcome);
    }
    return new Payouts.Done(payouts, outcomes);
  }

  private static EventId event(Random random) {
    return EventId.of(bytes(random));
  }

  private static List<DeviceId> people(int count, Random random) {
    List<DeviceId> people = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      people.add(new DeviceId(bytes(random)));
    }
    return people;
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return bytes;
  }
}
