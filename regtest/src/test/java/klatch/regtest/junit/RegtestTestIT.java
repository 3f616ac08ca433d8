package klatch.regtest.junit;

import static klatch.regtest.network.Expectation.balance;
import static klatch.regtest.network.Expectation.held;
import static klatch.regtest.network.Expectation.paid;
import static klatch.regtest.network.Expectation.returned;
import static org.assertj.core.api.Assertions.assertThat;

import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.regtest.network.Hold;
import klatch.regtest.network.RegtestNetwork;
import klatch.regtest.network.RegtestNode;
import org.junit.jupiter.api.Test;

@RegtestTest(line = {"payer", "router", "escrow", "payee"}, seed = 7)
class RegtestTestIT {
  private static final Msat DEPOSIT = Msat.ofSat(2_000);

  @Test
  void aDepositIsHeldAndReleasedOverTwoHops(RegtestNetwork network, RegtestNode payer, RegtestNode escrow) {
    Msat before = payer.balance();
    Hold hold = escrow.hold(DEPOSIT);
    PaymentId payment = payer.pay(hold);
    network.await(held(escrow, hold));
    escrow.release(hold);
    network.await(returned(payer, payment));
    network.await(balance(payer, before));
  }

  @Test
  void aCollectedDepositIsPaidOnAndThreeHopsLoseNothing(RegtestNetwork network,
      @RegtestTest.Named("payer") RegtestNode absent, RegtestNode escrow, RegtestNode payee) {
    Msat total = network.total();
    Msat before = payee.balance();
    Hold hold = escrow.hold(DEPOSIT);
    PaymentId deposit = absent.pay(hold);
    network.await(held(escrow, hold));
    escrow.collect(hold);
    network.await(paid(absent, deposit));
    network.await(paid(escrow, escrow.pay(payee.invoice(DEPOSIT))));
    network.await(paid(absent, absent.pay(payee.invoice(Msat.ofSat(10)))));
    network.awaitQuiet();
    assertThat(payee.balance()).isEqualTo(before.plus(DEPOSIT).plus(Msat.ofSat(10)));
    assertThat(network.total()).isEqualTo(total);
  }

  @Test
  void aDepositOverThreeHopsGoesBackWholeAndAnotherIsCollected(RegtestNetwork network, RegtestNode payer,
      RegtestNode payee) {
    Msat before = payer.balance();
    Hold hold = payee.hold(DEPOSIT);
    PaymentId payment = payer.pay(hold);
    network.await(held(payee, hold));
    payee.release(hold);
    network.await(returned(payer, payment));
    network.await(balance(payer, before));

    Msat theirs = payee.balance();
    Hold kept = payee.hold(DEPOSIT);
    PaymentId deposit = payer.pay(kept);
    network.await(held(payee, kept));
    payee.collect(kept);
    network.await(paid(payer, deposit));
    network.awaitQuiet();
    assertThat(payee.balance()).isEqualTo(theirs.plus(DEPOSIT));
    network.await(paid(payee, payee.pay(payer.invoice(Msat.ofSat(500)))));
    network.awaitQuiet();
  }

  @Test
  void theReportOfAFailureNamesTheSeedTheChannelsAndTheEvents(RegtestNetwork network, RegtestNode payer,
      RegtestNode escrow) {
    Hold hold = escrow.hold(DEPOSIT);
    PaymentId payment = payer.pay(hold);
    network.await(held(escrow, hold));
    assertThat(network.report()).contains("seed 7", "embedded chain at block", "channel with router", "1 HTLCs",
        "HtlcHeld",
        hold.hash().toString());
    escrow.release(hold);
    network.await(returned(payer, payment));
  }
}
