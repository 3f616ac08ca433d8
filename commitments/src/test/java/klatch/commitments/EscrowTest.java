package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One event from the first offer to the report, with everything in memory. */
final class EscrowTest {
  private static final long DEPOSIT_MSAT = 10_000_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Town town = new Town(6, DEPOSIT_MSAT, 1, 1);

  @AfterEach
  void close() {
    town.close();
  }

  @Test
  void thoseWhoCameGetTheirDepositsAndTheNoShowsToTheMillisatoshi() {
    town.lockAll();
    assertThat(town.network().totalMsat()).isEqualTo(7 * 2_000_000_000L);
    town.attendees().forEach(a -> assertThat(own(a).phase()).isEqualTo(OwnDeposit.Phase.HELD));
    town.toCheckIn();
    town.attendees().subList(0, 4).forEach(town::checkIn);
    town.settleDown();
    town.attendees().subList(0, 4).forEach(a -> {
      assertThat(own(a).phase()).isEqualTo(OwnDeposit.Phase.RELEASED);
      assertThat(a.balance()).isEqualTo(a.before());
    });
    town.toSettlement();
    town.settleDown();

    DepositMessage.Report report = report().orElseThrow();
    // Two rounds: 5,000 sat less the 10 sat set aside, then what the fee of 1 sat left of those, less its own fee.
    assertThat(report).isEqualTo(new DepositMessage.Report(town.event(), new Msat(20_000_000), new Msat(19_992_000),
        new Msat(8_000), Msat.ZERO));
    town.attendees().subList(0, 4)
        .forEach(a -> assertThat(a.balance()).isEqualTo(a.before().plus(new Msat(4_990_000 + 8_000))));
    town.attendees().subList(4, 6).forEach(a -> {
      assertThat(own(a).phase()).isEqualTo(OwnDeposit.Phase.FORFEITED);
      assertThat(a.balance()).isEqualTo(a.before().minus(new Msat(DEPOSIT_MSAT)).minus(own(a).fee()));
    });
    assertThat(town.host().balance()).isEqualTo(town.host().before());
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
  }

  @Test
  void withNobodyThereEverybodyGetsTheDepositBack() {
    town.lockAll();
    town.toSettlement();
    town.settleDown();
    town.attendees().forEach(a -> assertThat(a.balance()).isEqualTo(a.before()));
    assertThat(report()).contains(new DepositMessage.Report(town.event(), Msat.ZERO, Msat.ZERO, Msat.ZERO, Msat.ZERO));
    assertThat(town.audit().clean()).isTrue();
  }

  @Test
  void withEverybodyThereThereIsNothingToCollect() {
    town.lockAll();
    town.toCheckIn();
    town.attendees().forEach(town::checkIn);
    town.toSettlement();
    town.settleDown();
    town.attendees().forEach(a -> assertThat(a.balance()).isEqualTo(a.before()));
    assertThat(report().orElseThrow().collected()).isEqualTo(Msat.ZERO);
    assertThat(town.audit().clean()).isTrue();
  }

  @Test
  void nothingIsSettledBeforeAppealsClose() {
    town.lockAll();
    town.clock().to(town.terms().clock().appealsCloseAtMillis() - 1);
    town.settleDown();
    assertThat(town.host().entries()).extracting(e -> e.payloadType()).doesNotContain("deposit.verdict",
        "deposit.collected", "deposit.settlement");
    town.attendees().forEach(a -> assertThat(town.host().deposit(a)).isInstanceOf(DepositState.Held.class));
  }

  @Test
  void settlingAgainSaysAndPaysNothingMore() {
    town.lockAll();
    town.toCheckIn();
    town.checkIn(town.attendees().getFirst());
    town.toSettlement();
    town.settleDown();
    int entries = town.host().entries().size();
    Msat balance = town.host().balance();
    town.host().crash(100);
    town.settleDown();
    town.host().money().advanceEscrow();
    assertThat(town.host().entries()).hasSize(entries);
    assertThat(town.host().balance()).isEqualTo(balance);
  }

  @Test
  void aWalletThatPaysAnotherAmountGetsItBackAndCanStillPayTheRightOne() {
    Person payer = offered();
    for (long difference : List.of(-1L, 1L)) {
      payElsewhere(payer, difference);
      assertThat(town.host().deposit(payer)).isInstanceOf(DepositState.Offered.class);
      assertThat(payer.balance()).isEqualTo(payer.before());
    }
    payElsewhere(payer, 0);
    assertThat(town.host().deposit(payer)).isInstanceOf(DepositState.Held.class);
  }

  @Test
  void anOfferWhoseInvoiceIsSpentByAWrongAmountIsRenewedOnTheSameHash() {
    town.network().spendsInvoices();
    Person payer = offered();
    payElsewhere(payer, 1);
    payElsewhere(payer, 0);
    assertThat(town.host().deposit(payer)).isInstanceOf(DepositState.Held.class);
    assertThat(offersTo(payer)).hasSize(2).extracting(DepositMessage.Offer::hash)
        .containsOnly(offersTo(payer).getFirst().hash());
  }

  @Test
  void whoSendsWrongAmountsAgainAndAgainGetsAFewOffersAndNotMore() {
    Person payer = offered();
    for (int i = 0; i < 2 * DepositEffects.MOST_OFFERS; i++) {
      payElsewhere(payer, 1);
    }
    assertThat(offersTo(payer)).hasSize(DepositEffects.MOST_OFFERS);
    assertThat(payer.balance()).isEqualTo(payer.before());
  }

  private Person offered() {
    town.host().work();
    town.sync();
    return town.attendees().getFirst();
  }

  /** A wallet pays the offer that stands, and sends this much more than it asks for. */
  private void payElsewhere(Person payer, long differenceMsat) {
    DepositMessage.Offer offer = new StatementBook(payer.log()).of(town.event())
        .offer(town.host().device(), payer.device()).orElseThrow().message();
    town.network().paysMore(differenceMsat);
    payer.lightning().pay(new Lightning.PayRequest(new PaymentId(Preimage.random(RANDOM).bytes()), offer.invoice(),
        Msat.ofSat(1), Duration.ofSeconds(1)));
    town.settleDown();
  }

  @Test
  void aPaymentAfterTheWindowGoesBack() {
    town.host().work();
    town.sync();
    Person late = town.attendees().getFirst();
    late.lock();
    town.clock().to(town.terms().clock().lockClosesAtMillis());
    town.settleDown();
    assertThat(town.host().deposit(late)).isEqualTo(new DepositState.Released(own(late).hash(), town.terms().deposit(),
        ReleaseReason.LATE));
    assertThat(late.balance()).isEqualTo(late.before());
    assertThat(town.attendees().get(1).lock()).isInstanceOfSatisfying(LockResult.Refused.class,
        refused -> assertThat(refused.reason()).contains(Long.toString(town.clock().millis())));
  }

  @Test
  void lockingTwicePaysOnce() {
    town.host().work();
    town.sync();
    Person payer = town.attendees().getFirst();
    payer.lock();
    Msat after = payer.balance();
    assertThat(payer.lock()).isInstanceOf(LockResult.UnderWay.class);
    payer.crash(10);
    payer.lock();
    assertThat(payer.balance()).isEqualTo(after);
  }

  @Test
  void withdrawingInTimeGivesTheDepositBackAndTakesTheSeatOutOfTheGame() {
    town.lockAll();
    Person leaver = town.attendees().getFirst();
    leaver.meetup().withdraw(town.event()).orThrow();
    town.settleDown();
    assertThat(own(leaver).phase()).isEqualTo(OwnDeposit.Phase.RELEASED);
    town.toCheckIn();
    town.checkIn(leaver);
    town.checkIn(town.attendees().get(1));
    town.toSettlement();
    town.settleDown();
    assertThat(leaver.balance()).isEqualTo(leaver.before());
    assertThat(report().orElseThrow().collected()).isEqualTo(new Msat(4 * DEPOSIT_MSAT));
    assertThat(town.audit().findings()).isEmpty();
  }

  @Test
  void callingTheEventOffGivesEverythingBack() {
    town.lockAll();
    town.host().meetup().cancelEvent(town.event(), "rain").orThrow();
    town.settleDown();
    town.attendees().forEach(a -> assertThat(a.balance()).isEqualTo(a.before()));
    assertThat(town.audit().clean()).isTrue();
  }

  @Test
  void theGuardianReleasesBeforeTheNodeWould() {
    town.lockAll();
    int first = town.host().lightning().held().stream().mapToInt(Lightning.HeldHtlc::expiryHeight).min().orElseThrow();
    town.network().mine(first - DepositMachine.GUARDIAN_BLOCKS - 1 - town.network().height());
    town.settleDown();
    assertThat(town.host().lightning().held()).hasSize(6);
    town.network().mine(1);
    town.settleDown();
    assertThat(town.host().lightning().held()).hasSizeLessThan(6);
    assertThat(town.attendees()).anySatisfy(a -> assertThat(town.host().deposit(a)).isInstanceOfSatisfying(
        DepositState.Released.class, r -> assertThat(r.reason()).isEqualTo(ReleaseReason.GUARDIAN)));
  }

  @Test
  void aChainThatGoesBackTwoBlocksChangesNothing() {
    town.lockAll();
    town.network().mine(3);
    town.settleDown();
    town.network().unwind(2);
    town.settleDown();
    assertThat(town.host().lightning().held()).hasSize(6);
    town.attendees().forEach(a -> assertThat(town.host().deposit(a)).isInstanceOf(DepositState.Held.class));
  }

  @Test
  void aPayoutThatFailsIsTriedAgainAfterOneFiveAndTwentyFiveMinutes() {
    town.lockAll();
    town.toCheckIn();
    town.checkIn(town.attendees().getFirst());
    town.toSettlement();
    town.network().failNext(2);
    town.settleDown();
    assertThat(paid()).isZero();
    town.clock().plus(Duration.ofMinutes(1).minusMillis(1));
    town.settleDown();
    assertThat(paid()).isZero();
    town.clock().plus(Duration.ofMillis(1));
    town.settleDown();
    assertThat(paid()).isZero();
    town.clock().plus(Duration.ofMinutes(5));
    town.settleDown();
    assertThat(report()).isPresent();
    assertThat(town.audit().findings()).isEmpty();
  }

  @Test
  void afterThreeFailuresThePayeeIsAskedForAFreshInvoice() {
    town.lockAll();
    town.toCheckIn();
    town.checkIn(town.attendees().getFirst());
    town.toSettlement();
    town.network().failNext(3);
    for (int minutes : new int[]{0, 1, 5, 25}) {
      town.clock().plus(Duration.ofMinutes(minutes));
      town.settleDown();
    }
    assertThat(town.host().entries()).extracting(e -> e.payloadType()).contains("deposit.claim-refused");
    assertThat(report()).isPresent();
    assertThat(town.audit().findings()).isEmpty();
  }

  @Test
  void aPayoutUnderWayIsNotSentAgainAcrossCrashes() {
    town.lockAll();
    town.toCheckIn();
    Person payee = town.attendees().getFirst();
    town.checkIn(payee);
    town.toSettlement();
    town.network().stall(true);
    town.settleDown();
    Msat balance = town.host().balance();
    for (int i = 0; i < 3; i++) {
      town.host().crash(20);
      town.clock().plus(Duration.ofHours(2));
      town.settleDown();
    }
    assertThat(town.host().balance()).isEqualTo(balance);
    town.network().stall(false);
    town.settleDown();
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
  }

  @Test
  void anUnclaimedPayoutGoesToTheNextByTheDrawAndNeverToTheOrganiser() {
    town.lockAll();
    town.toCheckIn();
    town.attendees().subList(0, 3).forEach(town::checkIn);
    town.settleDown();
    town.toSettlement();
    Person silent = town.attendees().getFirst();
    for (int i = 0; i < 40; i++) {
      town.host().work();
      town.sync();
      town.attendees().stream().filter(a -> a != silent).forEach(Person::work);
      town.sync();
      if (i == 20) {
        town.clock().plus(DepositTerms.CLAIM_WINDOW);
      }
    }
    assertThat(silent.balance()).isEqualTo(silent.before());
    assertThat(town.host().balance().value()).isEqualTo(town.host().before().value()
        + report().orElseThrow().reserveLeft().value());
    assertThat(report().orElseThrow().reserveLeft()).isEqualTo(Msat.ZERO);
    assertThat(town.audit().findings()).isEmpty();
  }

  private OwnDeposit own(Person person) {
    return person.store().ownDeposit(town.event()).orElseThrow();
  }

  private long paid() {
    return town.host().entries().stream().filter(e -> e.payloadType().equals("deposit.paid")).count();
  }

  private List<DepositMessage.Offer> offersTo(Person person) {
    return new StatementBook(town.host().log()).of(town.event()).all(town.host().device(), DepositMessage.Offer.class)
        .stream().map(Said::message).filter(offer -> offer.person().equals(person.device())).toList();
  }

  private Optional<DepositMessage.Report> report() {
    return new StatementBook(town.host().log()).of(town.event())
        .first(town.host().device(), DepositMessage.Report.class)
        .map(Said::message);
  }
}
