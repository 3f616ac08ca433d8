package klatch.lightning;

import static klatch.lightning.LdkTestNetwork.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import klatch.commitments.Lightning.HeldHtlc;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deposits are held in channels that are just deep enough to be used, and then the chain changes its mind. */
@Timeout(120)
final class ReorganisationIT {
  private static final Msat AMOUNT = Msat.ofSat(20_000);
  /** What a forced close wants to be mined before a held HTLC with a known preimage is ours on the chain. */
  private static final int BLOCKS_FOR_A_CLAIM = 12;

  @TempDir
  Path directory;

  private LdkTestNetwork network;

  @BeforeEach
  void openChannels() {
    network = new LdkTestNetwork(directory);
    List.of(network.payer(), network.router(), network.payee()).forEach(LdkTestNode::watch);
  }

  @AfterEach
  void close() {
    network.close();
  }

  @Test
  void twoBlocksLessCloseNoChannelAndLoseNoDeposit() {
    Msat before = network.payer().lightning().status().balance();
    Hold taken = hold();
    Hold givenBack = hold();
    List<HeldHtlc> held = network.payee().lightning().held();
    network.chain().reorg(2);
    network.awaitTip();
    assertThat(network.payee().lightning().held()).containsExactlyInAnyOrderElementsOf(held).hasSize(2);
    everyChannelIsOpen();
    network.payee().lightning().collect(taken.preimage());
    network.payee().lightning().release(givenBack.preimage().hash());
    await().atMost(PATIENCE).until(() -> outcome(taken) instanceof Payment.Sent
        && outcome(givenBack) instanceof Payment.Failed failed && failed.released());
    Msat fee = ((Payment.Sent) outcome(taken)).fee();
    await().atMost(PATIENCE).until(
        () -> network.payer().lightning().status().balance().equals(before.minus(AMOUNT).minus(fee)));
    network.mine(1);
    everyChannelIsOpen();
  }

  @Test
  void whenTheFundingItselfIsUndoneChannelsCloseAndAHeldDepositIsStillTheHoldersToClaim() {
    Hold hold = hold();
    network.chain().reorg(ChannelPolicy.MIN_CONFIRMATIONS);
    network.awaitTip();
    await().atMost(PATIENCE).until(() -> network.payee().lightning().status().channels().isEmpty());
    assertThat(network.payee().lightning().held()).extracting(HeldHtlc::hash).containsExactly(hold.preimage().hash());
    network.payee().lightning().collect(hold.preimage());
    for (int i = 0; i < BLOCKS_FOR_A_CLAIM; i++) {
      network.mine(1);
    }
    await().atMost(PATIENCE).until(() -> network.payee().events().stream()
        .anyMatch(e -> e instanceof LightningEvent.HtlcCollected c && c.hash().equals(hold.preimage().hash())));
  }

  private void everyChannelIsOpen() {
    network.awaitUsable();
    assertThat(network.router().lightning().status().channels()).hasSize(2);
    assertThat(network.payee().lightning().status().channels()).hasSize(1);
    assertThat(network.payer().lightning().status().channels()).hasSize(1);
  }

  private record Hold(Preimage preimage, PaymentId id) {}

  private Hold hold() {
    Hold hold = new Hold(new Preimage(random32()), new PaymentId(random32()));
    String invoice = network.payee().lightning()
        .holdInvoice(new HoldRequest(hold.preimage().hash(), AMOUNT, "a deposit", Duration.ofHours(1), 144)).bolt11();
    network.payer().lightning().pay(new PayRequest(hold.id(), invoice, Msat.ofSat(10), PATIENCE));
    await().atMost(PATIENCE).until(() -> network.payee().lightning().held().stream()
        .anyMatch(htlc -> htlc.hash().equals(hold.preimage().hash())));
    return hold;
  }

  private Payment outcome(Hold hold) {
    return network.payer().lightning().payment(hold.id()).orElseThrow();
  }

  private static byte[] random32() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }
}
