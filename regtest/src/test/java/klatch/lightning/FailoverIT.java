package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.log.Database;
import klatch.log.ReplicatedPostgres;
import klatch.regtest.LightningNode;
import klatch.regtest.Topology;
import klatch.regtest.Until;
import klatch.regtest.chain.EmbeddedChain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The database of the node that holds deposits dies, and its synchronous standby takes over. */
@Timeout(180)
final class FailoverIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Msat DEPOSIT = Msat.ofSat(10_000);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir
  Path directory;

  private record Hold(Preimage preimage, PaymentId id) {}

  @Test
  void whatWasHeldIsDecidedOnTheStandbyAndWhatIsAskedForInBetweenWaits() throws Exception {
    try (var servers = new ReplicatedPostgres(directory);
        var chain = EmbeddedChain.start(InstantSource.system());
        var own = Database.external(servers.url(), "");
        var others = Database.embedded(directory.resolve("others"), "");
        var payee = LightningNode.start("payee", chain, own, ChannelPolicy.regtestLeaf());
        var payer = LightningNode.start("payer", chain, others, ChannelPolicy.regtestLeaf())) {
      payee.lightning().watch(_ -> {
      });
      payer.lightning().watch(_ -> {
      });
      var topology = Topology.direct(chain, payee.member(), List.of(payer.member()), 1_000_000);
      var before = topology.balances();
      Hold kept = hold(payer, payee);
      Hold returned = hold(payer, payee);

      servers.loseThePrimary();
      payee.lightning().collect(kept.preimage());
      payee.lightning().release(returned.preimage().hash());
      assertThat(payer.lightning().payment(kept.id()).orElseThrow()).as("nothing is sent that is not stored")
          .isInstanceOf(Payment.Pending.class);
      servers.promote();

      Until.holds("the deposit is collected", PATIENCE, () -> payment(payer, kept) instanceof Payment.Sent);
      Until.holds("the other one is back", PATIENCE, () -> payment(payer, returned) instanceof Payment.Failed);
      Hold later = hold(payer, payee);
      payee.lightning().collect(later.preimage());
      Until.holds("deposits go on", PATIENCE, () -> payment(payer, later) instanceof Payment.Sent);
      payee.restart();
      payee.lightning().watch(_ -> {
      });
      topology = topology.with(payee.member());
      topology.awaitQuiet();
      assertThat(topology.balances().get("payee"))
          .isEqualTo(new Msat(Objects.requireNonNull(before.get("payee")).value() + 2 * DEPOSIT.value()));
      assertThat(topology.balances().get("payer"))
          .isEqualTo(new Msat(Objects.requireNonNull(before.get("payer")).value() - 2 * DEPOSIT.value()));
    }
  }

  private static Payment payment(LightningNode payer, Hold hold) {
    return payer.lightning().payment(hold.id()).orElseThrow();
  }

  private static Hold hold(LightningNode payer, LightningNode payee) {
    var hold = new Hold(Preimage.random(RANDOM), PaymentId.random(RANDOM));
    var invoice = payee.lightning()
        .holdInvoice(new HoldRequest(hold.preimage().hash(), DEPOSIT, "a deposit", Duration.ofHours(1), 144));
    payer.lightning().pay(new PayRequest(hold.id(), invoice.bolt11(), Msat.ofSat(10), PATIENCE));
    Until.holds("the deposit is held", PATIENCE, () -> payee.lightning().held().stream()
        .anyMatch(htlc -> htlc.hash().equals(hold.preimage().hash())));
    return hold;
  }
}
