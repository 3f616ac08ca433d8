package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What closed channels leave goes to the wallet, and a deposit can be collected after its channel has been closed. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class LdkClosingIT {
  private static final Duration PATIENCE = LdkTestNetwork.PATIENCE;
  private static final Msat AMOUNT = Msat.ofSat(50_000);
  private static final long HALF_SAT = 500_000;
  /** More than the fees of a commitment, a claim and a sweep. */
  private static final long FEES_SAT = 5_000;
  /** The delay on our own coins after a forced close is 144 blocks; the claim and the sweep want some more. */
  private static final int BLOCKS_AFTER_FORCED_CLOSE = 160;

  @TempDir
  static Path directory;

  @Test
  void aCollectedDepositArrivesInTheWalletAlsoWhenItsChannelIsClosedFirst() {
    try (LdkTestNetwork network = new LdkTestNetwork(directory.resolve("postgres"))) {
      LdkLightning payee = network.payee().lightning();
      network.payer().watch();
      network.payee().watch();
      Preimage preimage = new Preimage(random32());
      lock(network, preimage);

      String channel = payee.status().channels().getFirst().id();
      payee.closeChannel(channel, true);
      await().atMost(PATIENCE).until(() -> payee.status().channels().isEmpty());
      network.mine(1);
      await().atMost(PATIENCE).until(() -> payee.held().size() == 1);
      payee.collect(preimage);
      for (int i = 0; i < BLOCKS_AFTER_FORCED_CLOSE; i++) {
        network.mine(1);
      }
      await().atMost(PATIENCE).until(() -> {
        network.mine(1);
        return payee.wallet().balanceSat() > HALF_SAT + AMOUNT.value() / 1_000 - FEES_SAT;
      });
      assertThat(network.payee().events())
          .anyMatch(e -> e instanceof LightningEvent.HtlcCollected c && c.hash().equals(preimage.hash()));

      LdkLightning payer = network.payer().lightning();
      await().atMost(PATIENCE).until(() -> payer.status().channels().getFirst().pendingHtlcs() == 0);
      long ours = payer.status().balance().value() / 1_000;
      payer.closeChannel(payer.status().channels().getFirst().id(), false);
      await().atMost(PATIENCE).until(() -> payer.status().channels().isEmpty());
      await().atMost(PATIENCE).until(() -> {
        network.mine(1);
        return payer.wallet().balanceSat() > ours - FEES_SAT;
      });
    }
  }

  private static void lock(LdkTestNetwork network, Preimage preimage) {
    Invoice invoice = network.payee().lightning()
        .holdInvoice(new HoldRequest(preimage.hash(), AMOUNT, "a deposit", Duration.ofHours(1), 432));
    network.payer().lightning().pay(
        new PayRequest(new PaymentId(random32()), invoice.bolt11(), Msat.ofSat(10), PATIENCE));
    await().atMost(PATIENCE).until(() -> network.payee().events().stream()
        .anyMatch(e -> e instanceof LightningEvent.HtlcHeld held && held.hash().equals(preimage.hash())));
  }

  private static byte[] random32() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }
}
