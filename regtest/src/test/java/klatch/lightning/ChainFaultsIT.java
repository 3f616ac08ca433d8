package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.BlockHash;
import fr.acinq.bitcoin.BlockHeader;
import fr.acinq.bitcoin.BlockId;
import fr.acinq.bitcoin.Satoshi;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxOut;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.Preimage;
import klatch.lightning.FalseBitcoind.Mischief;
import klatch.lightning.chain.BitcoindSource;
import klatch.lightning.chain.ChainDoctor;
import klatch.lightning.chain.ChainGate;
import klatch.lightning.chain.ChainTrouble;
import klatch.lightning.chain.ChainTroubleException;
import klatch.lightning.chain.RpcLogin;
import klatch.lightning.lnd.LndDoctor.Finding;
import klatch.lightning.lnd.LndDoctor.Verdict;
import klatch.log.Database;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.RpcClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node behind a bitcoind that lies, lags, breaks off and comes back, with a deposit in its hands all the time; after each
 * trial the bitcoind is well again, and the node has the new block, the deposit, and nothing to complain of.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ChainFaultsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration CALL_TIMEOUT = Duration.ofMillis(700);
  private static final String OTHER_GENESIS = "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6";

  @TempDir
  static Path directory;

  private EmbeddedChain chain;
  private FalseBitcoind bitcoind;
  private Path cookie;
  private ChainGate gate;
  private Database database;
  private LdkTestPair pair;
  private LdkTestNode holder;
  private Preimage deposit;
  private Msat balance;

  @BeforeAll
  void start() throws IOException {
    chain = EmbeddedChain.start(InstantSource.system());
    bitcoind = new FalseBitcoind(chain.rpc());
    cookie = directory.resolve(".cookie");
    Files.writeString(cookie, FalseBitcoind.USER + ":" + bitcoind.password());
    gate = ChainGate.open(source(), Network.REGTEST, Optional.of(directory.resolve("headers")), Duration.ZERO,
        InstantSource.system());
    database = Database.embedded(directory.resolve("postgres"), "");
    pair = LdkTestPair.open(chain, gate, database, PATIENCE);
    holder = pair.holder();
    deposit = pair.hold();
    balance = holder.lightning().status().balance();
  }

  private BitcoindSource source() {
    return new BitcoindSource(bitcoind.url(), new RpcLogin.Cookie(cookie), false, CALL_TIMEOUT);
  }

  @AfterAll
  void stop() {
    pair.close();
    database.close();
    gate.close();
    bitcoind.close();
    chain.close();
  }

  /** Whatever was played: the bitcoind is well, a block comes, and nothing is lost. */
  @AfterEach
  void itIsWellAgainAndNothingIsLost() {
    bitcoind.well();
    pair.mine(1);
    assertThat(gate.trouble()).isEmpty();
    assertThat(holder.lightning().held()).extracting(Lightning.HeldHtlc::hash).containsExactly(deposit.hash());
    assertThat(holder.lightning().status().balance()).isEqualTo(balance);
    assertThat(holder.lightning().wallet().balanceSat()).isPositive();
  }

  @Test
  void aBlockThatIsNotTheOneAskedForIsNotUsed() {
    JsonNode other = ask("getblock", chain.tip().id(), 0);
    bitcoind.lies((method, honest) -> method.equals("getblock") ? other : honest);
    assertBlockRefused("it gave another one");
  }

  @Test
  void aBlockWithOtherTransactionsIsNotUsed() {
    bitcoind
        .lies((method, honest) -> method.equals("getblock") ? TextNode.valueOf(coinTaken(honest.asText())) : honest);
    assertBlockRefused("are not those of that block");
  }

  /** The first satoshi of the first output of the coinbase becomes another number. */
  private static String coinTaken(String hex) {
    Block block = Block.read(hex);
    Transaction coinbase = block.tx.getFirst();
    TxOut output = coinbase.txOut.getFirst();
    List<TxOut> outputs = new ArrayList<>(coinbase.txOut);
    outputs.set(0, output.updateAmount(new Satoshi(output.amount.toLong() - 1)));
    List<Transaction> all = new ArrayList<>(block.tx);
    all.set(0, coinbase.updateOutputs(outputs));
    return HexFormat.of().formatHex(Block.write(new Block(block.header, all)));
  }

  /** The node has the header, and stays where it is for want of the block. */
  private void assertBlockRefused(String words) {
    int before = holder.lightning().status().height();
    chain.mine(1);
    holder.lightning().poke();
    assertTrouble(ChainTrouble.False.class, words);
    assertThat(holder.lightning().status().height()).isEqualTo(before);
  }

  @Test
  void aHeaderOfAnotherBlockIsNotUsed() {
    JsonNode other = ask("getblockheader", chain.tip().id(), false);
    chain.mine(1);
    bitcoind.lies((method, honest) -> method.equals("getblockheader") ? other : honest);
    assertTipRefused(ChainTrouble.False.class, "that of another one");
  }

  @Test
  void aHeaderWithoutWorkIsNotUsed() {
    BlockHeader forged = tipHeader().setHashPreviousBlock(new BlockHash(new BlockId(chain.tip().id())));
    while (forged.checkProofOfWork()) {
      forged = forged.setNonce(forged.nonce + 1);
    }
    claims(forged);
    assertTipRefused(ChainTrouble.False.class, "has no proof of work");
  }

  @Test
  void aHeaderThatLinksToNothingIsNotUsed() {
    BlockHeader forged = tipHeader().setHashPreviousBlock(new BlockHash("11".repeat(32)));
    while (!forged.checkProofOfWork()) {
      forged = forged.setNonce(forged.nonce + 1);
    }
    claims(forged);
    assertTipRefused(ChainTrouble.False.class, "it does not know a block of its own chain");
  }

  private BlockHeader tipHeader() {
    return BlockHeader.read(ask("getblockheader", chain.tip().id(), false).asText());
  }

  /** That the chain ends with this header, one block above the honest one. */
  private void claims(BlockHeader forged) {
    String hash = new BlockId(forged.hash).toString();
    String bytes = HexFormat.of().formatHex(BlockHeader.write(forged));
    AtomicBoolean first = new AtomicBoolean();
    int height = chain.tip().height() + 1;
    bitcoind.plays((exchange, method, honest) -> {
      if (method.equals("getblockchaininfo")) {
        first.set(true);
        FalseBitcoind.reply(exchange, 200, FalseBitcoind.result(tip(honest.get(), height, hash)));
      } else if (method.equals("getblockheader") && first.getAndSet(false)) {
        FalseBitcoind.reply(exchange, 200, FalseBitcoind.result(TextNode.valueOf(bytes)));
      } else {
        Mischief.NONE.answer(exchange, method, honest);
      }
    });
  }

  private static JsonNode tip(JsonNode info, int height, String hash) {
    return ((ObjectNode) info.deepCopy()).put("blocks", height).put("bestblockhash", hash);
  }

  @Test
  void aHeightThatIsNotTheTipsIsNotUsed() {
    bitcoind.lies((method, honest) -> method.equals("getblockchaininfo")
        ? tip(honest, honest.path("blocks").asInt() + 1_000, honest.path("bestblockhash").asText())
        : honest);
    assertTipRefused(ChainTrouble.False.class, "and it is number " + chain.tip().height());
  }

  @Test
  void aTipThatGoesBackwardsIsWaitedFor() {
    int height = chain.tip().height();
    String older = ask("getblockhash", height - 2).asText();
    bitcoind.lies((method, honest) -> method.equals("getblockchaininfo") ? tip(honest, height - 2, older) : honest);
    assertTipRefused(ChainTrouble.Behind.class,
        "is at block " + (height - 2) + ", and this node has seen block " + height);
    assertThat(holder.lightning().status().height()).isEqualTo(height);
  }

  @Test
  void aChainWithLessWorkThanTheOneThatWasSeenIsNotFollowed() {
    pair.mine(1);
    Chain.Tip left = chain.tip();
    chain.reorg(1);
    pair.awaitTip();
    bitcoind.lies(
        (method, honest) -> method.equals("getblockchaininfo") ? tip(honest, left.height(), left.id()) : honest);
    assertTipRefused(ChainTrouble.Weaker.class, "less work");
    assertThat(holder.lightning().status().height()).isEqualTo(chain.tip().height());
  }

  @Test
  void aTipThatStandsStillIsFollowedWhenItMovesAgain() {
    Chain.Tip frozen = chain.tip();
    bitcoind.lies(
        (method, honest) -> method.equals("getblockchaininfo") ? tip(honest, frozen.height(), frozen.id()) : honest);
    chain.mine(2);
    assertThat(gate.height()).isEqualTo(frozen.height());
  }

  @Test
  void anAnswerWithoutEndIsCutOff() {
    bitcoind.plays((exchange, method, honest) -> {
      exchange.sendResponseHeaders(200, 0);
      byte[] megabyte = new byte[1_000_000];
      try (OutputStream out = exchange.getResponseBody()) {
        for (int i = 0; i < 200; i++) {
          out.write(megabyte);
        }
      }
    });
    assertTipRefused(ChainTrouble.Nonsense.class, "exceeds 8200000 bytes");
  }

  @Test
  void anAnswerThatDoesNotComeOrDripsIsGivenUpInTime() {
    bitcoind.plays((exchange, method, honest) -> bitcoind.hang(PATIENCE));
    assertTipRefused(ChainTrouble.Slow.class, "within 700 ms");
    bitcoind.plays((exchange, method, honest) -> {
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        for (int i = 0; i < 100; i++) {
          out.write(' ');
          out.flush();
          bitcoind.hang(Duration.ofMillis(100));
        }
      }
    });
    assertTipRefused(ChainTrouble.Slow.class, "within 700 ms");
  }

  @Test
  void anAnswerThatIsNoJsonOrLacksWhatItShouldHaveIsNamed() {
    bitcoind.plays((exchange, method, honest) -> FalseBitcoind.reply(exchange, 200, "<html>a router's login</html>"));
    assertTipRefused(ChainTrouble.Nonsense.class, "is no JSON");
    bitcoind.plays((exchange, method, honest) -> FalseBitcoind.reply(exchange, 200, "[]"));
    assertTipRefused(ChainTrouble.Nonsense.class, "has no result");
    bitcoind.lies((method, honest) -> IntNode.valueOf(7));
    assertTipRefused(ChainTrouble.Nonsense.class, "no hash");
  }

  @Test
  void aWrongLoginIsNamedAndTheCookieOfARestartedBitcoindIsReadAgain() throws IOException {
    bitcoind.stop();
    assertTipRefused(ChainTrouble.Unreachable.class, "start it, or check the address");
    bitcoind.startAgain("second");
    assertTipRefused(ChainTrouble.LoginRefused.class, "--bitcoind-cookie");
    Files.writeString(cookie, FalseBitcoind.USER + ":second");
    assertThat(gate.height()).isEqualTo(chain.tip().height());
  }

  @Test
  void oneThatIsStillStartingOrLoadingIsWaitedFor() {
    bitcoind.plays((exchange, method, honest) -> FalseBitcoind.reply(exchange, 500,
        FalseBitcoind.error(-28, "Verifying blocks…")));
    assertTipRefused(ChainTrouble.Starting.class, "Verifying blocks");
    bitcoind.lies((method, honest) -> method.equals("getblockchaininfo")
        ? ((ObjectNode) honest.deepCopy()).put("initialblockdownload", true).put("headers", 900_000)
        : honest);
    try (ChainGate patient = ChainGate.open(new BitcoindSource(bitcoind.url(), new RpcLogin.Cookie(cookie), true,
        CALL_TIMEOUT), Network.REGTEST, Optional.empty(), Duration.ZERO, InstantSource.system())) {
      assertThatThrownBy(patient::height).hasMessageContaining("of 900000: the node waits");
    }
  }

  @Test
  void oneOfAnotherNetworkIsRefused() {
    bitcoind.lies((method, honest) -> method.equals("getblockhash") ? TextNode.valueOf(OTHER_GENESIS) : honest);
    try (ChainGate fresh = ChainGate.open(source(), Network.REGTEST, Optional.empty(), Duration.ZERO,
        InstantSource.system())) {
      assertThatThrownBy(fresh::height).hasMessageContaining("is not on regtest").hasMessageContaining("--network");
    }
    assertThat(ChainDoctor.examine(source(), Network.REGTEST, InstantSource.system())).singleElement()
        .matches(finding -> finding.verdict() == Verdict.BAD && finding.words().contains("is not on regtest"));
  }

  @Test
  void aPrunedBlockIsNamedWithWhatHelps() {
    bitcoind.plays((exchange, method, honest) -> {
      if (method.equals("getblock")) {
        FalseBitcoind.reply(exchange, 500, FalseBitcoind.error(-1, "Block not available (pruned data)"));
      } else {
        Mischief.NONE.answer(exchange, method, honest);
      }
    });
    chain.mine(1);
    holder.lightning().poke();
    assertTrouble(ChainTrouble.Pruned.class, "--esplora");
    assertThat(ChainDoctor.examine(source(), Network.REGTEST, InstantSource.system())).extracting(Finding::words)
        .anyMatch(words -> words.contains("has pruned block"));
  }

  @Test
  void theHeadersThatWereSeenKeepAWeakerChainOutAfterARestart() {
    Chain.Tip seen = chain.tip();
    String older = ask("getblockhash", seen.height() - 1).asText();
    bitcoind.lies(
        (method, honest) -> method.equals("getblockchaininfo") ? tip(honest, seen.height() - 1, older) : honest);
    try (ChainGate again = ChainGate.open(source(), Network.REGTEST, Optional.of(directory.resolve("headers")),
        Duration.ZERO, InstantSource.system())) {
      assertThatThrownBy(again::height).hasMessageContaining("this node has seen block " + seen.height());
    }
  }

  @Test
  void aHealthyOneIsFoundGoodByTheDoctor() {
    assertThat(ChainDoctor.examine(source(), Network.REGTEST, InstantSource.system())).hasSize(3)
        .allMatch(finding -> finding.verdict() == Verdict.GOOD);
  }

  private JsonNode ask(String method, Object... params) {
    try (RpcClient rpc = new RpcClient(chain.rpc())) {
      return rpc.call(method, params);
    }
  }

  private void assertTipRefused(Class<? extends ChainTrouble> kind, String words) {
    assertThatThrownBy(gate::height).isInstanceOf(ChainTroubleException.class).hasMessageContaining(words);
    assertTrouble(kind, words);
  }

  private void assertTrouble(Class<? extends ChainTrouble> kind, String words) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10))
        .until(() -> gate.trouble().filter(trouble -> trouble.message().contains(words)).isPresent());
    assertThat(gate.trouble()).get().isInstanceOf(kind);
  }
}
