package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutPoint;
import org.bitcoinj.script.Script;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which channels have anchors, what the wallet keeps for them, and what becomes of it when it is gone. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class LdkAnchorsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long CAPACITY_SAT = 500_000;
  private static final long WALLET_SAT = 2_000_000;
  /** BIP 173's example on regtest: nobody's. */
  private static final String AWAY = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
  private static final String CLAIM = "aa".repeat(32);
  private static final String OTHER_CLAIM = "bb".repeat(32);

  @TempDir
  Path directory;

  private EmbeddedChain chain;
  private Database database;
  private LdkTestNode opener;
  private LdkTestNode peer;

  @BeforeEach
  void start() {
    chain = EmbeddedChain.start(InstantSource.system());
    database = Database.embedded(directory, "");
    opener = LdkTestNode.start(database, chain.rpc(), "opener", 1, ChannelPolicy.regtestLeaf());
    peer = LdkTestNode.start(database, chain.rpc(), "peer", 2, ChannelPolicy.regtestLeaf());
    chain.fund(opener.lightning().wallet().newAddress(), WALLET_SAT);
    mine(1);
    opener.connect(peer);
  }

  @AfterEach
  void stop() {
    opener.close();
    peer.close();
    database.close();
    chain.close();
  }

  @Test
  void whoHasNoCoinsGetsAChannelWithoutAnchorsAndWhoHasSomeOneWithThem() {
    open();
    assertThat(peer.lightning().reserve()).isEqualTo(new AnchorReserve(0, 0));
    assertThat(opener.lightning().reserve().channels()).isZero();

    chain.fund(peer.lightning().wallet().newAddress(), AnchorReserve.SAT_PER_CHANNEL);
    mine(1);
    open();
    assertThat(peer.lightning().reserve()).isEqualTo(new AnchorReserve(1, AnchorReserve.SAT_PER_CHANNEL));
    assertThat(opener.lightning().reserve().channels()).isOne();
    assertThat(opener.lightning().status().balance().plus(peer.lightning().status().balance()))
        .isEqualTo(Msat.ofSat(2 * CAPACITY_SAT));
    opener.kill();
    assertThat(opener.lightning().reserve().channels()).isOne();

    assertThatThrownBy(() -> peer.lightning().wallet().send(AWAY, 1_000, OptionalLong.of(1)))
        .isInstanceOf(LightningException.class)
        .hasMessageContaining(AnchorReserve.SAT_PER_CHANNEL + " sat that it keeps for closing anchor channels");
  }

  @Test
  void aReserveThatIsGoneIsSaidAndAClosingChannelWaitsUntilThereAreCoins() {
    chain.fund(peer.lightning().wallet().newAddress(), AnchorReserve.SAT_PER_CHANNEL);
    mine(1);
    open();
    assertThat(peer.lightning().reserveAdvice()).isEmpty();

    // The same words in another wallet know nothing of the channel.
    OnchainWallet elsewhere = wallet(peer, "elsewhere_");
    elsewhere.send(AWAY, AnchorReserve.SAT_PER_CHANNEL - 1_000, OptionalLong.of(1));
    mine(1);
    assertThat(peer.lightning().wallet().balanceSat()).isLessThan(1_000);
    assertThat(peer.lightning().reserveAdvice()).contains("send it").contains("klatch wallet address");

    chain.estimate(20);
    await().atMost(PATIENCE).until(() -> chain.estimatesAsked() >= 12);
    peer.lightning().closeChannel(peer.lightning().status().channels().getFirst().id(), true);
    await().atMost(PATIENCE).until(() -> peer.lightning().reserveAdvice().startsWith("a closing channel waits"));
    await().atMost(PATIENCE).until(() -> chain.waiting().size() == 1);
    assertThat(chain.paying(18)).isZero();

    String funding = chain.fund(peer.lightning().wallet().newAddress(), AnchorReserve.SAT_PER_CHANNEL);
    new BitcoinRpc(peer.config().chain()).call("generateblock", AWAY, List.of(funding));
    await().atMost(PATIENCE).until(() -> {
      chain.mineEmpty();
      follow();
      return chain.paying(18) > 0;
    });
    assertThat(peer.lightning().reserveAdvice()).doesNotStartWith("a closing channel waits");
  }

  @Test
  void aChannelWhoseFundingNeverCameBindsNoCoinForItsClosing() {
    chain.fund(peer.lightning().wallet().newAddress(), AnchorReserve.SAT_PER_CHANNEL);
    mine(1);
    opener.lightning().openChannels(
        List.of(new ChannelRequest(peer.lightning().nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 2))));
    await().atMost(PATIENCE).until(() -> peer.lightning().reserve().channels() == 1);
    chain.estimate(20);
    await().atMost(PATIENCE).until(() -> chain.estimatesAsked() >= 12);
    chain.forgetMempool();
    opener.lightning().closeChannel(opener.lightning().status().channels().getFirst().id(), true);
    await().atMost(PATIENCE).until(() -> peer.lightning().status().channels().isEmpty());
    opener.halt();
    int before = chain.missingInputs();
    peer.kill();
    await().atMost(PATIENCE).until(() -> chain.missingInputs() > before);
    assertThat(peer.lightning().wallet().balanceSat()).isEqualTo(AnchorReserve.SAT_PER_CHANNEL);
  }

  @Test
  void aCoinPaysForOneClaimAloneAlsoAfterARestartUntilTheClaimFallsSilent() {
    OnchainWallet wallet = wallet(peer, "fees_");
    chain.fund(wallet.newAddress(), 50_000);
    chain.fund(wallet.newAddress(), 60_000);
    mine(1);
    FeeCoins.Offer offer = wallet.feeCoins(CLAIM);
    assertThat(offer.free()).hasSize(2);
    WalletStore.Outpoint used = offer.free().getFirst().outpoint();
    Transaction signed = Transaction.read(ByteBuffer.wrap(wallet.signFee(CLAIM, spending(used))));
    assertThat(signed.getInput(0).getWitness().getPushCount()).isEqualTo(2);

    OnchainWallet again = wallet(peer, "fees_");
    assertThat(again.feeCoins(CLAIM).own()).hasSize(1);
    assertThat(again.feeCoins(OTHER_CLAIM).shared()).extracting(FeeCoins.Offered::outpoint).containsExactly(used);
    assertThat(again.balanceSat()).isEqualTo(110_000 - offer.free().getFirst().valueSat());
    assertThatThrownBy(() -> again.send(AWAY, 100_000, OptionalLong.of(1)))
        .isInstanceOf(LightningException.class);

    byte[] paying = again.pay(List.of(new OnchainWallet.Payout(Script.parse(again.sweepScript()), 10_000)), 0);
    WalletStore.Outpoint promised = FeeCoins
        .outpoint(Transaction.read(ByteBuffer.wrap(paying)).getInput(0).getOutpoint());
    assertThat(again.feeCoins(OTHER_CLAIM).free()).isEmpty();
    assertThatThrownBy(() -> again.signFee(OTHER_CLAIM, spending(promised))).isInstanceOf(LightningException.class);

    chain.mine(40);
    assertThat(again.feeCoins(OTHER_CLAIM).free()).extracting(FeeCoins.Offered::outpoint).containsExactly(used);
  }

  private static byte[] spending(WalletStore.Outpoint coin) {
    Transaction transaction = new Transaction();
    transaction.addOutput(Coin.valueOf(10_000), Script.parse(new byte[]{0x00, 0x14, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
        12, 13, 14, 15, 16, 17, 18, 19, 20}));
    transaction.addInput(new TransactionInput(transaction, new byte[0],
        new TransactionOutPoint(coin.output(), Sha256Hash.wrap(coin.txid()))));
    return transaction.serialize();
  }

  private OnchainWallet wallet(LdkTestNode node, String prefix) {
    var money = database.withPrefix(prefix).dataSource("money");
    LdkStore.migrate(money);
    return new OnchainWallet(Network.REGTEST, node.config().seed(), new BitcoinRpc(node.config().chain()),
        new WalletStore(money));
  }

  private void open() {
    int channels = peer.lightning().status().channels().size() + 1;
    opener.lightning().openChannels(
        List.of(new ChannelRequest(peer.lightning().nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 2))));
    mine(ChannelPolicy.MIN_CONFIRMATIONS);
    await().atMost(PATIENCE).until(() -> List.of(opener, peer).stream()
        .map(node -> node.lightning().status().channels())
        .allMatch(all -> all.size() == channels && all.stream().allMatch(c -> c.usable())));
  }

  private void mine(int blocks) {
    LdkTestNode.mine(chain, List.of(opener, peer), blocks, PATIENCE);
  }

  private void follow() {
    LdkTestNode.awaitTip(chain, List.of(opener, peer), PATIENCE);
  }
}
