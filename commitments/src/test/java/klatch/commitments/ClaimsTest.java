package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.commitments.PayAddresses.Fetched;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Payouts to people whose wallet is not at their node: by an invoice, an address, or a code that a wallet scans. */
@Timeout(60)
final class ClaimsTest {
  private static final long DEPOSIT_MSAT = 10_000_000;
  private static final String ADDRESS = "anna@service.example";
  private static final String URL = "https://klatch.example/withdraw";
  private static final Duration VALID = Duration.ofHours(6);

  private final Town town = new Town(3, DEPOSIT_MSAT, 1, 21);
  private final Person payee = town.attendees().getFirst();
  /** Of the payee too, but not at the payee's node. */
  private final InMemoryLightning wallet = town.network().open("wallet", Msat.ofSat(1_000_000), Msat.ofSat(100_000),
      InMemoryLightning.Delivery.BY_HAND);
  private final Msat before = wallet.status().balance();
  private final Service service = new Service();

  /** A service that answers what it was told to, else with invoices of the wallet. */
  private final class Service implements PayAddresses {
    final Deque<Fetched> answers = new ArrayDeque<>();
    final List<Msat> asked = new CopyOnWriteArrayList<>();

    @Override
    public String checked(String address) {
      return address;
    }

    @Override
    public synchronized Fetched fetch(String address, Msat amount) {
      asked.add(amount);
      return answers.isEmpty() ? new Fetched.Invoice(invoice(amount)) : answers.removeFirst();
    }
  }

  @AfterEach
  void close() {
    town.close();
  }

  private String invoice(Msat amount) {
    return wallet.walletInvoice(amount, VALID, 40, "", Msat.ZERO).bolt11();
  }

  /** One came, two did not; the organiser has said the first round and the payee has heard of it. */
  private Payout toTheFirstRound() {
    town.lockAll();
    town.toCheckIn();
    town.checkIn(payee);
    town.settleDown();
    town.toSettlement();
    for (int i = 0; i < 20; i++) {
      town.host().work();
    }
    town.sync();
    return said(DepositMessage.Round.class).getFirst().payouts().getFirst();
  }

  private <M extends DepositMessage> List<M> said(Class<M> kind) {
    return new StatementBook(town.host().log()).of(town.event()).all(town.host().device(), kind).stream()
        .map(Said::message).toList();
  }

  private ClaimView view() {
    return payee.money().claim().orElseThrow();
  }

  private void choose(ClaimTarget target) {
    assertThat(payee.money().choose(target)).isEmpty();
  }

  private void settleUntil(org.awaitility.core.ThrowingRunnable holds) {
    await().atMost(Duration.ofSeconds(20)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          town.settleDown();
          holds.run();
        });
  }

  private Msat arrived() {
    return wallet.status().balance().minus(before);
  }

  private void allPaidToTheWallet() {
    settleUntil(() -> assertThat(said(DepositMessage.Report.class)).hasSize(1));
    assertThat(arrived()).isEqualTo(said(DepositMessage.Report.class).getFirst().paidOut());
    assertThat(payee.balance()).as("nothing came to the node").isEqualTo(payee.before());
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
    assertThat(town.host().balance()).isEqualTo(
        town.host().before().plus(said(DepositMessage.Report.class).getFirst().reserveLeft()));
  }

  @Test
  void anInvoiceOfAnotherWalletIsPaidAndItsReceiptCounts() {
    Payout due = toTheFirstRound();
    assertThat(view().state()).isEqualTo(ClaimView.State.CLAIMABLE);
    assertThat(view().amount()).isEqualTo(due.amount());
    choose(new ClaimTarget.Invoice(invoice(due.amount())));
    settleUntil(() -> assertThat(arrived()).isEqualTo(due.amount()));
    assertThat(payee.store().ownClaims(town.event())).hasEntrySatisfying(1,
        claim -> assertThat(claim.received()).isTrue());
    assertThat(payee.balance()).isEqualTo(payee.before());
    assertThat(town.audit().findings()).isEmpty();
    assertThat(view().round()).as("what the fees left").isEqualTo(2);
    assertThat(view().state()).isEqualTo(ClaimView.State.CLAIMABLE);
  }

  @Test
  void anInvoiceIsRefusedBeforeTheAmountIsKnownAndAnAddressIsNot() {
    payee.reach(service, Optional.empty());
    assertThat(payee.money().choose(new ClaimTarget.Invoice(invoice(new Msat(1_000))))).isPresent().get().asString()
        .startsWith("nothing can be claimed now").contains("a Lightning address can be given at any time");
    choose(new ClaimTarget.Address(ADDRESS));
    assertThat(view()).isEqualTo(new ClaimView(town.event(), ClaimView.State.NOTHING_DUE, 0, Msat.ZERO, 0,
        new ClaimTarget.Address(ADDRESS), Optional.empty(), Optional.empty()));
    toTheFirstRound();
    allPaidToTheWallet();
    assertThat(service.asked).as("one invoice for each round").hasSize(said(DepositMessage.Round.class).size());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1})
  void anInvoiceOneMillisatoshiOffIsRefusedAtOnceWithBoth(long difference) {
    Payout due = toTheFirstRound();
    Msat asked = new Msat(due.amount().value() + difference);
    assertThat(payee.money().choose(new ClaimTarget.Invoice(invoice(asked))))
        .contains("the invoice asks for " + asked + ", this payout is " + due.amount());
    assertThat(payee.store().claimTarget(town.event())).isEmpty();
  }

  @Test
  void invoicesThatAreExpiredHoldTooLongOrWereUsedAreRefusedAtOnce() {
    Payout due = toTheFirstRound();
    Lightning.Invoice expired = wallet.walletInvoice(due.amount(), Duration.ZERO, 40, "", Msat.ZERO);
    assertThat(payee.money().choose(new ClaimTarget.Invoice(expired.bolt11()))).contains("the invoice expired at "
        + expired.expiresAtEpochSecond() + ", it is " + expired.expiresAtEpochSecond() + " (seconds since 1970)");
    String tooLong = wallet.walletInvoice(due.amount(), VALID, 433, "", Msat.ZERO).bolt11();
    assertThat(payee.money().choose(new ClaimTarget.Invoice(tooLong)))
        .contains("the invoice asks for a final CLTV of 433 blocks, at most 432 are allowed");
    String used = payee.store().ownDeposit(town.event()).orElseThrow().invoice();
    assertThat(payee.money().choose(new ClaimTarget.Invoice(used))).isPresent();
  }

  @Test
  void anInvoiceThatWasPaidAlreadyIsRefusedAndAnotherOneAskedFor() {
    Payout due = toTheFirstRound();
    String paid = invoice(due.amount());
    byte[] own = new byte[32];
    town.attendees().get(1).lightning().pay(new Lightning.PayRequest(new PaymentId(own), paid, Msat.ofSat(100), VALID));
    Msat already = arrived();
    choose(new ClaimTarget.Invoice(paid));
    for (int minutes : new int[]{0, 1, 5, 25}) {
      town.clock().plus(Duration.ofMinutes(minutes));
      town.settleDown();
    }
    assertThat(view().state()).isEqualTo(ClaimView.State.CLAIMABLE);
    assertThat(view().problem()).contains(
        "the organiser refused the claim: 3 tries failed, the last one: invoice is already paid");
    assertThat(arrived()).isEqualTo(already);
    choose(new ClaimTarget.Invoice(invoice(due.amount())));
    settleUntil(() -> assertThat(arrived()).isEqualTo(already.plus(due.amount())));
  }

  @Test
  void afterThreeFailuresAnAddressGivesAFreshInvoiceByItself() {
    payee.reach(service, Optional.empty());
    choose(new ClaimTarget.Address(ADDRESS));
    Payout due = toTheFirstRound();
    town.network().failNext(3);
    settleUntil(() -> assertThat(service.asked).hasSize(1));
    for (int minutes : new int[]{0, 1, 5}) {
      town.clock().plus(Duration.ofMinutes(minutes));
      town.settleDown();
    }
    settleUntil(() -> assertThat(service.asked).hasSize(2));
    assertThat(arrived()).isEqualTo(Msat.ZERO);
    town.clock().plus(Duration.ofMinutes(25));
    allPaidToTheWallet();
    assertThat(service.asked.subList(0, 2)).containsOnly(due.amount());
  }

  @Test
  void noFreshInvoiceIsFetchedWhileAPaymentOfTheEarlierOneMayStillArrive() {
    payee.reach(service, Optional.empty());
    choose(new ClaimTarget.Address(ADDRESS));
    toTheFirstRound();
    town.network().stall(true);
    settleUntil(() -> assertThat(town.host().store().payouts(town.event())).anyMatch(
        row -> row.state() instanceof PayoutState.Paying));
    for (int hours = 0; hours < 30; hours++) {
      town.clock().plus(Duration.ofHours(1));
      town.host().crash(5);
      payee.crash(5);
      town.settleDown();
    }
    // Also not when the person wants it elsewhere: the new claim waits for the old payment.
    choose(new ClaimTarget.OwnNode());
    town.settleDown();
    assertThat(service.asked).hasSize(1);
    town.network().stall(false);
    settleUntil(() -> assertThat(said(DepositMessage.Paid.class)).isNotEmpty());
    assertThat(arrived()).isEqualTo(said(DepositMessage.Paid.class).getFirst().amount());
    settleUntil(() -> assertThat(said(DepositMessage.Report.class)).hasSize(1));
    assertThat(town.audit().findings()).isEmpty();
    assertThat(arrived().plus(payee.balance()).minus(payee.before()))
        .isEqualTo(said(DepositMessage.Report.class).getFirst().paidOut());
  }

  @Test
  void anAddressThatGivesNoInvoiceIsAskedAgainAfterAWhileAndThePersonIsTold() {
    payee.reach(service, Optional.empty());
    choose(new ClaimTarget.Address(ADDRESS));
    service.answers.addAll(List.of(new Fetched.Unreachable("nobody there"), new Fetched.Refused("too little"),
        new Fetched.Invoice("nonsense"), new Fetched.Invoice(invoice(new Msat(1)))));
    toTheFirstRound();
    settleUntil(() -> assertThat(view().problem()).contains("nobody there"));
    town.clock().plus(Duration.ofMinutes(1).minusMillis(1));
    town.settleDown();
    assertThat(service.asked).hasSize(1);
    town.clock().plus(Duration.ofMillis(1));
    settleUntil(() -> assertThat(view().problem()).contains("too little"));
    town.clock().plus(Duration.ofMinutes(5));
    settleUntil(() -> assertThat(view().problem()).contains("not an invoice"));
    settleUntil(() -> assertThat(view().problem().orElse("")).startsWith("the invoice asks for 1 msat"));
    allPaidToTheWallet();
  }

  @Test
  void aWalletWithdrawsByItsCodeExactlyOnce() {
    town.host().reach(PayAddresses.NONE, Optional.of(URL));
    Payout due = toTheFirstRound();
    choose(payee.money().newCode());
    settleUntil(() -> assertThat(view().code()).isPresent());
    Preimage secret = secret();
    assertThat(town.host().money().withdrawable(secret)).contains(new Withdrawable(due.amount(), "Walk"));
    assertThat(town.host().money().withdrawable(new Preimage(new byte[32]))).isEmpty();
    assertThat(town.host().money().withdraw(new Preimage(new byte[32]), invoice(due.amount()))).isEmpty();
    Msat more = due.amount().plus(new Msat(1));
    refused(secret, invoice(more), "the invoice asks for " + more + ", this payout is " + due.amount());
    refused(secret, "nonsense", "not an invoice: not an invoice");
    refused(secret, "", "an invoice has 1..2000 characters, not 0");
    refused(secret, "x".repeat(2_001), "an invoice has 1..2000 characters, not 2001");

    String invoice = invoice(due.amount());
    town.network().stall(true);
    assertThat(town.host().money().withdraw(secret, invoice)).contains(new WithdrawResult.Accepted());
    town.host().crash(5);
    town.host().work();
    assertThat(town.host().money().withdraw(secret, invoice)).contains(new WithdrawResult.Accepted());
    refused(secret, invoice(due.amount()), "this code has been used with another invoice");
    assertThat(town.host().money().withdrawable(secret)).isEmpty();
    town.host().crash(5);
    town.network().stall(false);
    settleUntil(() -> assertThat(arrived()).isEqualTo(due.amount()));
    assertThat(town.host().money().withdraw(secret, invoice)).as("a replay after the end").isEmpty();
    town.settleDown();
    assertThat(arrived()).isEqualTo(due.amount());
    assertThat(payee.store().ownClaims(town.event())).hasEntrySatisfying(1,
        claim -> assertThat(claim.received()).as("it is the wallet that knows").isFalse());
    assertThat(town.audit().findings()).isEmpty();
    assertThat(said(DepositMessage.Withdrawal.class)).hasSize(1);
  }

  private Preimage secret() {
    String code = view().code().orElseThrow();
    assertThat(code).startsWith(URL + "/");
    return Preimage.parse(code.substring(URL.length() + 1));
  }

  private void refused(Preimage secret, String invoice, String reason) {
    assertThat(town.host().money().withdraw(secret, invoice)).contains(new WithdrawResult.Refused(reason));
  }

  @Test
  void aCodeWhoseInvoiceCannotBePaidIsFollowedByANewCode() {
    town.host().reach(PayAddresses.NONE, Optional.of(URL));
    Payout due = toTheFirstRound();
    choose(payee.money().newCode());
    settleUntil(() -> assertThat(view().code()).isPresent());
    Preimage first = secret();
    town.network().failNext(3);
    assertThat(town.host().money().withdraw(first, invoice(due.amount()))).contains(new WithdrawResult.Accepted());
    for (int minutes : new int[]{0, 1, 5}) {
      town.clock().plus(Duration.ofMinutes(minutes));
      town.settleDown();
    }
    settleUntil(() -> assertThat(view().code()).isPresent());
    assertThat(secret()).isNotEqualTo(first);
    assertThat(town.host().money().withdraw(first, invoice(due.amount()))).isEmpty();
    assertThat(town.host().money().withdraw(secret(), invoice(due.amount()))).contains(new WithdrawResult.Accepted());
    town.clock().plus(Duration.ofMinutes(25));
    settleUntil(() -> assertThat(arrived()).isEqualTo(due.amount()));
    assertThat(town.audit().findings()).isEmpty();
  }

  @Test
  void withoutAListenerThereAreNoCodes() {
    toTheFirstRound();
    assertThat(payee.money().choose(payee.money().newCode())).contains("the organiser's node serves no codes to"
        + " withdraw by: give an invoice or a Lightning address");
  }

  @Test
  void aCodeThatNobodyScansGoesToTheNextWhenTheWindowCloses() {
    town.host().reach(PayAddresses.NONE, Optional.of(URL));
    town.lockAll();
    town.toCheckIn();
    town.checkIn(payee);
    town.checkIn(town.attendees().get(1));
    town.settleDown();
    town.toSettlement();
    for (int i = 0; i < 20; i++) {
      town.host().work();
    }
    town.sync();
    choose(payee.money().newCode());
    settleUntil(() -> assertThat(view().code()).isPresent());
    Preimage secret = secret();
    long closes = view().closesAtMillis();
    town.clock().plus(Duration.ofMillis(closes - town.clock().millis() - 1));
    town.settleDown();
    assertThat(town.host().money().withdrawable(secret)).isPresent();
    town.clock().plus(Duration.ofMillis(1));
    assertThat(town.host().money().withdrawable(secret)).isEmpty();
    assertThat(town.host().money().withdraw(secret, invoice(new Msat(1_000)))).isEmpty();
    settleUntil(() -> assertThat(said(DepositMessage.Report.class)).hasSize(1));
    assertThat(arrived()).isEqualTo(Msat.ZERO);
    assertThat(said(DepositMessage.Report.class).getFirst().reserveLeft()).isEqualTo(Msat.ZERO);
    assertThat(view().state()).isEqualTo(ClaimView.State.UNCLAIMED);
    assertThat(town.audit().findings()).isEmpty();
  }

  @Test
  void anOrganiserWhoPaysSomebodyElseForACodeWithoutItsSecretIsNamed() {
    town.host().reach(PayAddresses.NONE, Optional.of(URL));
    Payout due = toTheFirstRound();
    choose(payee.money().newCode());
    settleUntil(() -> assertThat(view().code()).isPresent());
    Said<DepositMessage.Claim> claim = new StatementBook(town.host().log()).of(town.event())
        .claim(town.host().device(), payee.device(), 1).orElseThrow();
    Lightning.Invoice own = wallet.walletInvoice(due.amount(), VALID, 40, "", Msat.ZERO);
    Voice voice = new Voice(town.host().parts());
    voice.say(town.topic(), new DepositMessage.Withdrawal(town.event(), payee.device(), 1, claim.entry(),
        new Preimage(new byte[32]), own.bolt11()));
    settleUntil(() -> assertThat(said(DepositMessage.Paid.class)).isNotEmpty());
    assertThat(town.audit().findings()).anySatisfy(finding -> {
      assertThat(finding.kind()).isEqualTo(Finding.Kind.WRONG_PAYOUT);
      assertThat(finding.message()).startsWith("the receipt belongs to no invoice");
    });
  }

  @Test
  void whatWasChosenLastCountsAndCanBeTakenBack() {
    payee.reach(service, Optional.empty());
    choose(new ClaimTarget.Address(ADDRESS));
    choose(new ClaimTarget.OwnNode());
    toTheFirstRound();
    settleUntil(() -> assertThat(said(DepositMessage.Report.class)).hasSize(1));
    assertThat(service.asked).isEmpty();
    assertThat(new ArrayList<>(payee.store().ownClaims(town.event()).values())).allMatch(OwnClaim::received);
  }

  @Test
  void anEveryHourTryGoesOnToTheEndOfTheWindow() {
    payee.reach(service, Optional.empty());
    choose(new ClaimTarget.Address(ADDRESS));
    toTheFirstRound();
    town.network().failNext(1_000);
    // How many of the hours a look-up takes is up to its own thread; every third try has a fresh invoice.
    for (int hour = 0; hour < 14 * 24 && service.asked.size() <= 22; hour++) {
      town.clock().plus(Duration.ofHours(1));
      town.settleDown();
    }
    assertThat(service.asked).hasSizeGreaterThan(22);
    town.network().failNext(0);
    for (int hour = 0; hour < 3; hour++) {
      town.clock().plus(Duration.ofHours(1));
      town.settleDown();
    }
    allPaidToTheWallet();
  }
}
