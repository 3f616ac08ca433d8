package klatch.lightning;

import static klatch.regtest.network.Expectation.balance;
import static klatch.regtest.network.Expectation.held;
import static klatch.regtest.network.Expectation.htlcs;
import static klatch.regtest.network.Expectation.paid;
import static klatch.regtest.network.Expectation.returned;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import klatch.commitments.Lightning.HeldHtlc;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.regtest.network.Expectation;
import klatch.regtest.network.Hold;
import klatch.regtest.network.NetworkPlan;
import klatch.regtest.network.NetworkPlan.Edge;
import klatch.regtest.network.RegtestNetwork;
import klatch.regtest.network.RegtestNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A deposit that no channel can carry alone comes in parts over two routers: it is held whole, or not at all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
final class LdkPartsIT {
  /** Each channel carries less than half a million satoshis one way. */
  private static final Msat DEPOSIT = Msat.ofSat(700_000);

  private final RegtestNetwork network = NetworkPlan.nodes("payer", "left", "right", "payee")
      .channels(List.of(new Edge("payer", "left"), new Edge("payer", "right"), new Edge("left", "payee"),
          new Edge("right", "payee")))
      .seed(21).start();
  private final RegtestNode payer = network.node("payer");
  private final RegtestNode right = network.node("right");
  private final RegtestNode payee = network.node("payee");

  @AfterAll
  void stop() {
    network.close();
  }

  @Test
  @Order(1)
  void itIsHeldWholeOutlivesCrashesAndGoesBackWhole() {
    Msat before = payer.balance();
    Msat theirs = payee.balance();
    Hold hold = payee.hold(DEPOSIT);
    PaymentId payment = payer.pay(hold);
    network.await(held(payee, hold));
    assertThat(payee.lightning().held()).extracting(HeldHtlc::amount).containsExactly(DEPOSIT);
    assertThat(payee.htlcs()).isGreaterThan(1);
    assertThat(payee.lightning().status().channels()).allMatch(channel -> channel.pendingHtlcs() > 0);

    payee.kill();
    payee.start();
    right.kill();
    right.start();
    network.await(held(payee, hold));
    assertThat(payee.lightning().held()).extracting(HeldHtlc::amount).containsExactly(DEPOSIT);

    payee.release(hold);
    network.await(returned(payer, payment));
    network.awaitQuiet();
    network.await(balance(payer, before));
    assertThat(payee.balance()).isEqualTo(theirs);
  }

  /** The last: it moves so much that one channel could carry all. */
  @Test
  @Order(4)
  void allPartsAreCollectedAndPaidBack() {
    Msat before = payee.balance();
    Msat total = network.total();
    Hold hold = payee.hold(DEPOSIT);
    PaymentId payment = payer.pay(hold);
    network.await(held(payee, hold));
    payee.collect(hold);
    payee.kill();
    payee.start();
    payee.collect(hold);
    network.await(paid(payer, payment));
    network.awaitQuiet();
    assertThat(payee.balance()).isEqualTo(before.plus(DEPOSIT));

    network.await(paid(payee, payee.pay(payer.invoice(DEPOSIT))));
    network.awaitQuiet();
    assertThat(network.total()).isEqualTo(total);
  }

  @Test
  @Order(2)
  void aPartAloneIsNotHeldAndTheRestMakesItWhole() {
    Msat before = payer.balance();
    Hold hold = payee.hold(DEPOSIT);
    right.stall();
    PaymentId payment = payer.pay(hold);
    network.await(htlcs(payee, 1));
    assertThat(payee.lightning().held()).isEmpty();
    assertThat(payee.events()).noneMatch(event -> event instanceof LightningEvent.HtlcHeld told
        && told.hash().equals(hold.hash()));

    right.resume();
    network.await(held(payee, hold));
    assertThat(payee.lightning().held()).extracting(HeldHtlc::amount).containsExactly(DEPOSIT);
    payee.release(hold);
    network.await(returned(payer, payment));
    network.awaitQuiet();
    network.await(balance(payer, before));
  }

  /** LDK's clock for this ticks once a minute: about three of them for each part, one after the other here. */
  @Test
  @Order(3)
  @Timeout(value = 600, unit = TimeUnit.SECONDS)
  @EnabledIfSystemProperty(named = "klatch.slow", matches = "true")
  void aPartThatStaysAloneGoesBackByItself() {
    Msat before = payer.balance();
    Hold hold = payee.hold(DEPOSIT);
    right.stall();
    payer.pay(hold);
    network.await(htlcs(payee, 1));
    long since = System.nanoTime();
    awaitForMinutes(htlcs(payee, 0));
    System.out.println("an incomplete deposit went back after " + (System.nanoTime() - since) / 1_000_000_000 + " s");

    // The stalled router's part comes now, and is alone in its turn.
    right.resume();
    awaitForMinutes(new Expectation("nothing is pending", () -> payer.htlcs() == 0 && payee.htlcs() == 0));
    assertThat(payee.lightning().held()).isEmpty();
    network.await(balance(payer, before));
  }

  private void awaitForMinutes(Expectation expected) {
    for (int minute = 0; minute < 4; minute++) {
      try {
        network.await(expected);
        return;
      } catch (IllegalStateException notYet) {
        assertThat(payee.lightning().held()).isEmpty();
      }
    }
    network.await(expected);
  }
}
