package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import klatch.commitments.journal.Change;
import klatch.commitments.journal.HashUse;
import klatch.log.Bytes32;
import klatch.meetup.EventId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offers, payments and claims that are not what the signed terms say: refused with the numbers, and nothing moves. */
final class DepositGuardsTest {
  private static final long DEPOSIT_MSAT = 10_000_000;
  private static final Duration VALID = Duration.ofHours(6);

  private final Town town = new Town(3, DEPOSIT_MSAT, 1, 11);
  private final Person payer = town.attendees().getFirst();

  @AfterEach
  void close() {
    town.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, -DEPOSIT_MSAT + 1, DEPOSIT_MSAT})
  void anOfferOfAnotherAmountIsRefusedWithBoth(long difference) {
    Msat asked = new Msat(DEPOSIT_MSAT + difference);
    offer(holdInvoice(asked, town.terms().finalCltvBlocks(), VALID));
    refused("the invoice asks for " + asked + ", the terms say " + town.terms().deposit());
  }

  @Test
  void anOfferThatHoldsLongerOrShorterThanTheTermsSayIsRefusedWithTheNumbers() {
    int least = town.terms().finalCltvBlocks();
    for (int blocks : new int[]{least - 1, least + 4, Lightning.MAX_FINAL_CLTV_BLOCKS + 1}) {
      Town fresh = new Town(1, DEPOSIT_MSAT, 1, blocks);
      Lightning.Invoice invoice = fresh.host().lightning().strangeInvoice(town.terms().deposit(), VALID, blocks);
      offer(fresh, fresh.attendees().getFirst(), invoice);
      assertThat(fresh.attendees().getFirst().lock()).isEqualTo(new LockResult.Refused(new Objection(
          Objection.Kind.WRONG_OFFER, "the invoice's final CLTV is " + blocks + " blocks, allowed are " + least + ".."
              + (least + 3))));
      fresh.close();
    }
  }

  @Test
  void noHoldIsAskedForThatWalletsWouldNotPay() {
    assertThatThrownBy(() -> new Lightning.HoldRequest(new Preimage(new byte[32]).hash(), town.terms().deposit(), "",
        VALID, Lightning.MAX_FINAL_CLTV_BLOCKS + 1)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("final CLTV must lie in 18..432 blocks, not 433");
  }

  @Test
  void anExpiredInvoiceIsNotPaidAndTheDepositorIsTold() {
    Lightning.Invoice invoice = holdInvoice(town.terms().deposit(), town.terms().finalCltvBlocks(),
        Duration.ofMinutes(1));
    offer(invoice);
    town.clock().plus(Duration.ofMinutes(1));
    refused("the invoice expired at " + invoice.expiresAtEpochSecond() + ", it is " + town.clock().millis() / 1_000
        + " (seconds since 1970); the organiser has to offer the deposit again");
  }

  @Test
  void anOfferToAnotherNodeThanTheTermsNameIsRefused() {
    Person other = town.attendees().get(1);
    offer(other.lightning().strangeInvoice(town.terms().deposit(), VALID, town.terms().finalCltvBlocks()));
    refused("the invoice pays node " + other.lightning().status().nodeId() + ", the terms name "
        + town.terms().escrowNodeId());
  }

  @Test
  void anOfferThatNamesAnotherHashThanItsInvoiceIsRefused() {
    Lightning.Invoice invoice = holdInvoice(town.terms().deposit(), town.terms().finalCltvBlocks(), VALID);
    PaymentHash other = new Preimage(new byte[32]).hash();
    say(town, new DepositMessage.Offer(town.event(), payer.device(), invoice.bolt11(), other));
    refused("the invoice's hash is " + invoice.hash() + ", the offer says " + other);
  }

  @Test
  void aHashOfThisNodesEarlierDepositIsRefused() {
    Lightning.Invoice invoice = holdInvoice(town.terms().deposit(), town.terms().finalCltvBlocks(), VALID);
    EventId earlier = EventId.of(new byte[32]);
    payer.store().save(List.of(new Change.UseHash(invoice.hash(), new HashUse.OwnDeposit(earlier))));
    offer(invoice);
    refused("the invoice's hash has been used before");
  }

  @Test
  void aHashOfSomebodyElsesDepositIsRefused() {
    Lightning.Invoice invoice = holdInvoice(town.terms().deposit(), town.terms().finalCltvBlocks(), VALID);
    offer(town, town.attendees().get(1), invoice);
    offer(invoice);
    refused("the invoice's hash was offered to " + town.attendees().get(1).device() + " too");
  }

  @Test
  void whoPaysTheSameInvoiceAgainGetsItBackInEveryState() {
    town.lockAll();
    String invoice = payer.store().ownDeposit(town.event()).orElseThrow().invoice();
    assertThat(again(invoice, 1)).as("held").isInstanceOf(Lightning.Payment.Failed.class);
    town.toCheckIn();
    town.checkIn(payer);
    town.settleDown();
    assertThat(again(invoice, 2)).as("released").isInstanceOf(Lightning.Payment.Failed.class);
    assertThat(payer.balance()).isEqualTo(payer.before());

    Person absent = town.attendees().get(1);
    String collected = absent.store().ownDeposit(town.event()).orElseThrow().invoice();
    town.toSettlement();
    town.settleDown();
    Msat after = absent.balance();
    assertThat(again(absent, collected, 3)).as("collected").isInstanceOf(Lightning.Payment.Failed.class);
    assertThat(absent.balance()).isEqualTo(after);
    assertThat(town.audit().findings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1})
  void aClaimOfAnotherAmountIsRefusedWithBothAndTheRightOneIsPaid(long difference) {
    Payout due = toTheFirstRound();
    Msat asked = new Msat(due.amount().value() + difference);
    claim(payer.lightning().invoice(asked, "more", VALID).bolt11());
    refusedAndThenPaid("the invoice asks for " + asked + ", this payout is " + due.amount());
  }

  @Test
  void aClaimThatHoldsTooLongIsRefusedWithTheNumbers() {
    Payout due = toTheFirstRound();
    claim(payer.lightning().strangeInvoice(due.amount(), VALID, 433).bolt11());
    refusedAndThenPaid("the invoice asks for a final CLTV of 433 blocks, at most 432 are allowed");
  }

  @Test
  void aClaimWhoseRouteHintsEatTheBudgetIsRefusedWithBothAndAsksForAnother() {
    Payout due = toTheFirstRound();
    town.network().cutOffFromRoutes(true);
    Msat dear = due.maxFee().plus(new Msat(1));
    claim(payer.lightning().walletInvoice(due.amount(), VALID, 40, "", dear).bolt11());
    town.host().work();
    town.network().cutOffFromRoutes(false);
    refusedAndThenPaid("the route hints of the invoice alone cost " + dear + ", at most " + due.maxFee()
        + " are set aside; an invoice of another wallet may do");
  }

  @Test
  void aClaimWhoseRouteHintsFitTheBudgetIsPaid() {
    Payout due = toTheFirstRound();
    claim(payer.lightning().walletInvoice(due.amount(), VALID, 40, "", due.maxFee()).bolt11());
    town.settleDown();
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
    assertThat(payer.balance().compareTo(payer.before())).isPositive();
  }

  @Test
  void anExpiredClaimIsRefusedWithTheTimes() {
    Payout due = toTheFirstRound();
    Lightning.Invoice invoice = payer.lightning().invoice(due.amount(), "brief", Duration.ofSeconds(1));
    claim(invoice.bolt11());
    town.clock().plus(Duration.ofSeconds(2));
    refusedAndThenPaid("the invoice expired at " + invoice.expiresAtEpochSecond() + ", it is "
        + town.clock().millis() / 1_000 + " (seconds since 1970)");
  }

  @Test
  void aClaimOnTheHashOfADepositIsRefused() {
    Payout due = toTheFirstRound();
    Lightning.Invoice invoice = payer.lightning().invoice(due.amount(), "twice", VALID);
    town.host().store().save(List.of(
        new Change.UseHash(invoice.hash(), new HashUse.Deposit(town.event(), town.attendees().get(1).device()))));
    claim(invoice.bolt11());
    refusedAndThenPaid("the invoice's hash " + invoice.hash() + " is in use for something else");
  }

  @Test
  void aClaimThatIsNoInvoiceIsRefused() {
    toTheFirstRound();
    claim("lnbc1nonsense");
    refusedAndThenPaid("not an invoice: not an invoice");
  }

  private Lightning.Invoice holdInvoice(Msat amount, int blocks, Duration expiry) {
    return town.host().lightning().holdInvoice(
        new Lightning.HoldRequest(town.network().newPreimage().hash(), amount, "deposit", expiry, blocks));
  }

  private void offer(Lightning.Invoice invoice) {
    offer(town, payer, invoice);
  }

  /** An offer that the organiser signs without its node's rules having been asked. */
  private static void offer(Town town, Person to, Lightning.Invoice invoice) {
    say(town, new DepositMessage.Offer(town.event(), to.device(), invoice.bolt11(), invoice.hash()));
  }

  private static void say(Town town, DepositMessage message) {
    new Voice(town.host().parts()).say(town.topic(), message);
    town.sync();
  }

  private void refused(String reason) {
    assertThat(payer.lock()).isInstanceOfSatisfying(LockResult.Refused.class,
        refused -> assertThat(refused.reason()).isEqualTo(reason));
    assertThat(payer.store().ownDeposit(town.event())).isEmpty();
    nothingMoved();
  }

  private void nothingMoved() {
    assertThat(payer.balance()).isEqualTo(payer.before());
    assertThat(town.host().lightning().held()).isEmpty();
  }

  private Lightning.Payment again(String invoice, int number) {
    return again(payer, invoice, number);
  }

  /** A payment beside the engine, as another wallet would make it. */
  private Lightning.Payment again(Person by, String invoice, int number) {
    byte[] bytes = new byte[Bytes32.LENGTH];
    bytes[0] = (byte) number;
    PaymentId own = new PaymentId(bytes);
    by.lightning().pay(new Lightning.PayRequest(own, invoice, Msat.ofSat(100), Duration.ofSeconds(60)));
    town.settleDown();
    return by.lightning().payment(own).orElseThrow();
  }

  /** One came, two did not; the payer's own node has not claimed yet. */
  private Payout toTheFirstRound() {
    town.lockAll();
    town.toCheckIn();
    town.checkIn(payer);
    town.settleDown();
    town.toSettlement();
    Optional<Said<DepositMessage.Round>> round = Optional.empty();
    for (int i = 0; i < 20 && round.isEmpty(); i++) {
      town.host().work();
      round = new StatementBook(town.host().log()).of(town.event()).round(town.host().device(), 1);
    }
    return round.orElseThrow().message().payouts().getFirst();
  }

  private void claim(String invoice) {
    new Voice(payer.parts()).say(town.topic(), new DepositMessage.Claim(town.event(), 1, invoice));
    town.host().copyFrom(payer);
  }

  private void refusedAndThenPaid(String reason) {
    town.host().work();
    assertThat(new StatementBook(town.host().log()).of(town.event()).all(town.host().device(),
        DepositMessage.ClaimRefused.class))
        .singleElement().satisfies(said -> assertThat(said.message().reason()).isEqualTo(reason));
    assertThat(payer.balance()).as("nothing yet").isEqualTo(payer.before());
    town.settleDown();
    Msat paid = new StatementBook(town.host().log()).of(town.event())
        .all(town.host().device(), DepositMessage.Paid.class)
        .stream().map(said -> said.message().amount()).reduce(Msat.ZERO, Msat::plus);
    assertThat(payer.balance()).isEqualTo(payer.before().plus(paid));
    assertThat(paid.value()).isPositive();
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
  }
}
