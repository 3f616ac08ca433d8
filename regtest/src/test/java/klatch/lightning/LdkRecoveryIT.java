package klatch.lightning;

import static klatch.lightning.LdkTestNetwork.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.regtest.chain.EmbeddedChain.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a node after its disk is lost, damaged, or replaced by an old copy. */
@Timeout(120)
final class LdkRecoveryIT {
  private static final long WALLET_SAT = 200_000;
  private static final long FEES_SAT = 5_000;
  private static final String COPY = "create table ldk_state_copy as select * from ldk_state";
  private static final String NEWEST = "create table ldk_state_newest as select * from ldk_state";

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
  void aSpendThatNoBlockHasIsSentAgainAfterACrashAndItsCoinsAreNotSpentTwice() {
    LdkTestNode router = network.router();
    String address = network.payee().lightning().wallet().newAddress();
    String txid = router.lightning().wallet().send(address, WALLET_SAT, OptionalLong.of(3)).txid();
    router.halt();
    network.chain().forgetMempool();
    router.startAgain();
    assertThat(network.chain().waiting()).extracting(Waiting::txid).contains(txid);
    assertThatThrownBy(() -> router.lightning().wallet().send(address, WALLET_SAT, OptionalLong.empty()))
        .isInstanceOf(LightningException.class).hasMessageContaining("has 0 sat");
    network.chain().forgetMempool();
    network.mine(1);
    assertThat(router.lightning().wallet().balanceSat()).isZero();
    assertThat(network.chain().waiting()).extracting(Waiting::txid).contains(txid);
    network.mine(1);
    assertThat(network.payee().lightning().wallet().balanceSat()).isEqualTo(WALLET_SAT);
    assertThat(router.lightning().wallet().balanceSat()).isPositive();
  }

  @Test
  void wordsAndBackupBringBackTheCoinsAndWhatWasInChannels() {
    LdkTestNode lost = network.payee();
    network.chain().fund(lost.lightning().wallet().newAddress(), WALLET_SAT);
    network.mine(1);
    Seed seed = lost.config().seed();
    byte[] file = lost.lightning().backup().encrypted(seed);
    List<String> words = seed.words();
    long inChannel = lost.lightning().status().balance().value() / 1_000;
    lost.halt();

    Seed again = Seed.ofWords(words);
    WalletBackup backup = WalletBackup.decrypted(file, again);
    assertThat(backup.channels()).hasSize(1);
    DataSource elsewhere = network.database().withPrefix("restored_").dataSource("money");
    LdkConfig config = new LdkConfig(Network.REGTEST, "restored", again,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), lost.config().chain(), lost.config().channels());
    LdkLightning.restore(config, elsewhere, Optional.of(backup));
    try (PostgresGroupCommit commits = PostgresGroupCommit.open(elsewhere, PATIENCE);
        LdkLightning restored = LdkLightning.start(config, commits, elsewhere)) {
      assertThat(restored.status().channels()).isEmpty();
      assertThat(restored.wallet().balanceSat()).isEqualTo(WALLET_SAT);
      await().atMost(PATIENCE).until(() -> !network.chain().waiting().isEmpty());
      network.chain().mine(1);
      assertThat(restored.wallet().balanceSat()).isGreaterThan(WALLET_SAT + inChannel - FEES_SAT);
      long sent = restored.wallet().balanceSat() - FEES_SAT;
      restored.wallet().send(network.router().lightning().wallet().newAddress(), sent, OptionalLong.of(2));
      network.chain().mine(1);
      assertThat(restored.wallet().balanceSat()).isLessThan(FEES_SAT);
      assertThatThrownBy(() -> LdkLightning.restore(config, elsewhere, Optional.of(backup)))
          .isInstanceOf(LightningException.class).hasMessageContaining("restore into a new place");
    }
    lost.startAgain();
  }

  @Test
  void anOldCopyOfTheChannelsIsNoticedAndNothingOfItReachesTheChain() throws SQLException {
    LdkTestNode payee = network.payee();
    payee.restart();
    payee.watch();
    network.awaitUsable();
    run(payee, COPY);
    pay();
    pay();
    payee.halt();
    run(payee, NEWEST);
    putBack(payee, "ldk_state_copy");

    assertThatThrownBy(() -> {
      payee.startAgain();
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(payee.lightning().status()).isNull());
    }).satisfies(e -> assertThat(rootMessage(e)).contains("an old copy of the channels was put back"));
    network.chain().mine(6);
    assertThat(network.chain().waiting()).isEmpty();
    payee.halt();
    putBack(payee, "ldk_state_newest");
    payee.startAgain();
    payee.watch();
    network.awaitUsable();
    pay();
  }

  @Test
  void damagedStateIsNotPutIntoServiceAndTheMessageSaysHowToRestore() throws SQLException {
    LdkTestNode payee = network.payee();
    payee.halt();
    run(payee, NEWEST);
    for (String what : List.of("monitor/%", "manager")) {
      run(payee,
          "update ldk_state set value = set_byte(value, length(value) / 2, get_byte(value, length(value) / 2) # 1)"
              + " where key like '" + what + "'");
      assertThatThrownBy(payee::startAgain).isInstanceOf(LightningException.class)
          .hasMessageContaining("is not what was stored").hasMessageContaining("klatch wallet restore");
      putBack(payee, "ldk_state_newest");
    }
    run(payee, "delete from ldk_state where key = 'manager'");
    assertThatThrownBy(payee::startAgain).isInstanceOf(LightningException.class)
        .hasMessageContaining("klatch wallet restore");
    putBack(payee, "ldk_state_newest");
    payee.startAgain();
    network.awaitUsable();
  }

  @Test
  void aSlowDatabaseDelaysWhatIsSentAndLosesNothing() throws SQLException {
    PaymentId id = new PaymentId(random32());
    String invoice = invoice().bolt11();
    try (Connection other = network.payee().money().getConnection(); Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("lock table ldk_state in exclusive mode");
      network.payer().lightning().pay(new PayRequest(id, invoice, Msat.ofSat(10), PATIENCE));
      await().during(Duration.ofSeconds(1)).atMost(PATIENCE)
          .until(() -> network.payer().lightning().payment(id).orElseThrow() instanceof Payment.Pending);
      other.rollback();
      other.setAutoCommit(true);
    }
    await().atMost(PATIENCE).until(() -> network.payer().lightning().payment(id).orElseThrow() instanceof Payment.Sent);
  }

  private void pay() {
    PaymentId id = new PaymentId(random32());
    network.payer().lightning().pay(new PayRequest(id, invoice().bolt11(), Msat.ofSat(10), PATIENCE));
    await().atMost(PATIENCE).until(() -> network.payer().lightning().payment(id).orElseThrow() instanceof Payment.Sent);
  }

  private Invoice invoice() {
    return network.payee().lightning().invoice(Msat.ofSat(1_000), "some", Duration.ofHours(1));
  }

  private static void putBack(LdkTestNode node, String table) throws SQLException {
    run(node, "delete from ldk_state");
    run(node, "insert into ldk_state (key, value, sum) select key, value, sum from " + table);
  }

  private static void run(LdkTestNode node, String sql) throws SQLException {
    try (Connection connection = node.money().getConnection(); Statement statement = connection.createStatement()) {
      connection.setAutoCommit(true);
      statement.execute(sql);
    }
  }

  private static String rootMessage(Throwable e) {
    return e.getCause() == null ? String.valueOf(e.getMessage()) : e.getMessage() + rootMessage(e.getCause());
  }

  private static byte[] random32() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }
}
