package klatch.regtest.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import fr.acinq.bitcoin.ByteVector;
import fr.acinq.bitcoin.ByteVector32;
import fr.acinq.bitcoin.Crypto;
import fr.acinq.bitcoin.OP_CHECKLOCKTIMEVERIFY;
import fr.acinq.bitcoin.OP_CHECKSEQUENCEVERIFY;
import fr.acinq.bitcoin.OP_CHECKSIG;
import fr.acinq.bitcoin.OP_DROP;
import fr.acinq.bitcoin.OP_EQUALVERIFY;
import fr.acinq.bitcoin.OP_PUSHDATA;
import fr.acinq.bitcoin.OP_RETURN;
import fr.acinq.bitcoin.OP_SHA256;
import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.ScriptElt;
import fr.acinq.bitcoin.ScriptTree;
import fr.acinq.bitcoin.ScriptWitness;
import fr.acinq.bitcoin.SigHash;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import fr.acinq.bitcoin.TxOut;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import klatch.regtest.chain.Draft.Purse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/**
 * The same blocks and the same calls go to the embedded chain and to a real bitcoind; their answers must be the same.
 * Blocks are mined by the embedded chain and handed over by submitblock, so bitcoind checks every one of them.
 */
class ChainComparisonIT {
  private static final int COINS = 120;
  private static final long COIN_SAT = 1_000_000;
  private static final long FEE = 1_000;

  /** Answers that depend on the moment, the program or its settings. */
  private static final Set<String> NOT_COMPARED = Set.of("size_on_disk", "initialblockdownload", "verificationprogress",
      "usage", "version", "subversion", "mempool_sequence", "unbroadcastcount", "time");

  private static final Deque<Purse> purses = new ArrayDeque<>();
  private static @Nullable EmbeddedChain embeddedChain;
  private static @Nullable BitcoindChain bitcoindChain;
  private static @Nullable RpcClient embeddedRpc;
  private static @Nullable RpcClient bitcoindRpc;

  @BeforeAll
  static void startBoth() {
    switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Absent(var reason) -> abort(reason);
      case BitcoindProgram.Search.Found(var program) -> bitcoindChain = BitcoindChain.startEmpty(program);
    }
    embeddedChain = EmbeddedChain.startEmpty(InstantSource.system());
    embeddedRpc = new RpcClient(embedded().rpc());
    bitcoindRpc = new RpcClient(bitcoind().rpc());
    mine(2);
    mine(99, "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
    JsonNode coinbase = same("getblock", same("getblockhash", 1).asText(), 1);
    Transaction first = Transaction.read(same("getrawtransaction", coinbase.path("tx").get(0).asText()).asText());
    Draft split = new Draft().in(Purse.of(first, 0));
    for (int i = 0; i < COINS; i++) {
      split.out(Draft.SCRIPT, COIN_SAT);
    }
    Transaction tx = split.change(COINS * 100L).signed();
    same("sendrawtransaction", Draft.hex(tx));
    mine(1);
    for (int i = 0; i < COINS; i++) {
      purses.add(Purse.of(tx, i));
    }
  }

  @AfterAll
  static void stopBoth() {
    if (bitcoindChain != null) {
      bitcoindChain.close();
    }
    if (embeddedChain != null) {
      embeddedChain.close();
    }
  }

  @Test
  void blocksAndHeadersAreTheSameBytes() {
    mine(1);
    same("getblockchaininfo");
    same("getblockcount");
    String best = same("getbestblockhash").asText();
    for (int height : new int[]{0, 1, 16, 17, 101, 102}) {
      String id = same("getblockhash", height).asText();
      same("getblockheader", id);
      same("getblockheader", id, false);
      same("getblock", id, 0);
      same("getblock", id, 1);
      same("getblock", id);
      same("getblock", id, 2);
    }
    same("getblockheader", best, true);
  }

  @Test
  void callsThatCannotBeAnsweredAreRefusedAlike() {
    String nowhere = "11".repeat(32);
    refusedAlike("getblockhash", 1_000_000);
    refusedAlike("getblockhash", -1);
    refusedAlike("getblockhash", "x");
    refusedAlike("getblockheader", nowhere);
    refusedAlike("getblockheader", "11");
    refusedAlike("getblockheader", "zz".repeat(32));
    refusedAlike("getblockheader", 5);
    refusedAlike("getblock", nowhere, 0);
    refusedAlike("getrawtransaction", nowhere);
    refusedAlike("getrawtransaction", "11");
    refusedAlike("getmempoolentry", nowhere);
    refusedAlike("sendrawtransaction", "00");
    refusedAlike("sendrawtransaction", "zz");
    refusedAlike("sendrawtransaction", Draft.hex(plain(purses.peek())) + "00");
    refusedAlike("generatetoaddress", 1, "nobody");
    refusedAlike("invalidateblock", nowhere);
    refusedAlike("estimatesmartfee", 0);
    refusedAlike("nosuchmethod");
    same("gettxout", nowhere, 0);
    assertThat(same("estimatesmartfee", 6).path("errors").get(0).asText()).contains("Insufficient data");
  }

  @Test
  void aTransactionIsSeenAlikeInTheMempoolAndInABlock() {
    Transaction parent = plain(take());
    Transaction child = plain(Purse.of(parent, 0));
    accepted(parent);
    accepted(child);
    same("sendrawtransaction", Draft.hex(parent));
    same("getrawmempool");
    same("getmempoolinfo");
    same("getmempoolentry", parent.txid.toString());
    same("getmempoolentry", child.txid.toString());
    same("getrawtransaction", child.txid.toString());
    same("getrawtransaction", child.txid.toString(), 1);
    same("gettxout", parent.txid.toString(), 0);
    same("gettxout", parent.txid.toString(), 0, false);
    same("gettxout", child.txid.toString(), 0);
    same("gettxout", child.txid.toString(), 0, false);
    mine(1);
    same("getrawmempool");
    same("gettxout", parent.txid.toString(), 0);
    same("gettxout", child.txid.toString(), 0);
    same("getrawtransaction", child.txid.toString(), 1);
    refusedAlike("sendrawtransaction", Draft.hex(child));
  }

  @Test
  void inputsThatAreNotThereAreRefusedAlike() {
    Purse coin = take();
    refused(plain(new Purse(new OutPoint(new TxId("22".repeat(32)), 0), COIN_SAT)));
    refused(plain(new Purse(new OutPoint(coin.outPoint().txid, 5_000), COIN_SAT)));
    accepted(plain(coin));
    mine(1);
    refused(new Draft().in(coin).change(3 * FEE).signed());
    refused(new Draft().in(purses.peek()).in(purses.peek()).change(FEE).signed());
  }

  @Test
  void locksThatAreNotOverAreRefusedAlike() {
    int height = embedded().tip().height();
    refused(new Draft().in(take()).change(FEE).lockTime(height + 1L).signed());
    long medianTime = same("getblockchaininfo").path("mediantime").asLong();
    refused(new Draft().in(take()).change(FEE).lockTime(medianTime).signed());
    accepted(new Draft().in(take()).change(FEE).lockTime(medianTime - 1).signed());
    accepted(new Draft().in(take()).change(FEE).lockTime(height).signed());
    accepted(new Draft().in(take(), Draft.FINAL).change(FEE).lockTime(height + 100L).signed());
    Transaction fresh = plain(take());
    accepted(fresh);
    refused(new Draft().in(Purse.of(fresh, 0), 1).change(FEE).signed());
    mine(1);
    refused(new Draft().in(Purse.of(fresh, 0), 2).change(FEE).signed());
    refused(new Draft().in(Purse.of(fresh, 0), (1L << 22) | 1_000).change(FEE).signed());
    accepted(new Draft().in(Purse.of(fresh, 0), 1).change(FEE).signed());
    accepted(new Draft().in(take(), 1_000).change(FEE).version(1).signed());
  }

  @Test
  void anImmatureCoinbaseIsRefusedAlike() {
    String newest = mine(1).getLast();
    String coinbase = same("getblock", newest, 1).path("tx").get(0).asText();
    refused(plain(Purse.of(Transaction.read(same("getrawtransaction", coinbase).asText()), 0)));
  }

  @Test
  void amountsThatDoNotAddUpAreRefusedAlike() {
    refused(new Draft().in(purses.peek()).change(-1).signed());
    refused(new Draft().in(purses.peek()).out(Draft.SCRIPT, -1).signed());
    refused(new Draft().in(purses.peek()).out(Draft.SCRIPT, ConsensusRules.MAX_SAT + 1).signed());
    refused(new Draft().in(purses.peek()).out(Draft.SCRIPT, ConsensusRules.MAX_SAT).out(Draft.SCRIPT, 1).signed());
    refused(new Draft().in(purses.peek()).change(COIN_SAT - 293).signed());
    refused(new Draft().in(purses.peek()).change(50).signed());
    refused(new Draft().in(purses.peek()).signed());
  }

  @Test
  void nonstandardFormsAreRefusedAlike() {
    Purse coin = purses.peek();
    List<ScriptElt> data = List.of(OP_RETURN.INSTANCE, new OP_PUSHDATA(new byte[80]));
    refused(
        new Draft().in(coin).out(List.of(OP_RETURN.INSTANCE, new OP_PUSHDATA(new byte[84])), 0).change(FEE).signed());
    refused(new Draft().in(coin).out(data, 0).out(data, 0).change(FEE).signed());
    refusedAlike("sendrawtransaction", Draft.hex(new Draft().in(coin).out(data, 1).change(FEE).signed()));
    refused(new Draft().in(coin).out(List.of(OP_DROP.INSTANCE), 10_000).change(FEE).signed());
    refused(new Draft().in(coin).change(FEE).version(0).signed());
    refused(new Draft().in(coin).change(FEE).version(9).signed());
    Transaction tx = plain(coin);
    refused(tx.updateSigScript(0, List.of(OP_DROP.INSTANCE)));
    accepted(new Draft().in(take()).out(data, 0).change(FEE).signed());
  }

  @Test
  void wrongSignaturesAndScriptsAreRefusedAlike() {
    Purse coin = purses.peek();
    refused(new Draft().in(coin).change(FEE).signedBy(Draft.key("a stranger")).signed());
    Transaction tx = plain(coin);
    refused(tx.updateWitness(0, new ScriptWitness()));
    ScriptWitness good = tx.txIn.getFirst().witness;
    refused(tx.updateWitness(0, new ScriptWitness(List.of(good.stack.getFirst(),
        new ByteVector(Draft.key("a stranger").publicKey().value.toByteArray())))));
    refused(tx.updateWitness(0, new ScriptWitness(List.of(new ByteVector(new byte[]{1, 2, 3}), good.stack.getLast()))));
    refused(tx.updateWitness(0, new ScriptWitness(List.of(new ByteVector(new byte[0]), good.stack.getLast()))));
    refused(tx.updateSigScript(0, List.of(new OP_PUSHDATA(new byte[]{1, 2}))));
  }

  @Test
  void hashLocksAndTimeLocksAreJudgedAlike() {
    byte[] preimage = Crypto.sha256(new byte[]{1});
    List<ScriptElt> hashLock = List.of(OP_SHA256.INSTANCE, new OP_PUSHDATA(Crypto.sha256(preimage)),
        OP_EQUALVERIFY.INSTANCE, new OP_PUSHDATA(Draft.KEY.publicKey()), OP_CHECKSIG.INSTANCE);
    long expiry = embedded().tip().height() + 3L;
    List<ScriptElt> timeLock = List.of(new OP_PUSHDATA(Script.encodeNumber(expiry)), OP_CHECKLOCKTIMEVERIFY.INSTANCE,
        OP_DROP.INSTANCE, new OP_PUSHDATA(Draft.KEY.publicKey()), OP_CHECKSIG.INSTANCE);
    List<ScriptElt> relativeLock = List.of(new OP_PUSHDATA(Script.encodeNumber(20L)), OP_CHECKSEQUENCEVERIFY.INSTANCE,
        OP_DROP.INSTANCE, new OP_PUSHDATA(Draft.KEY.publicKey()), OP_CHECKSIG.INSTANCE);
    Transaction funding = new Draft().in(take()).out(Script.pay2wsh(hashLock), 100_000)
        .out(Script.pay2wsh(timeLock), 100_000).out(Script.pay2wsh(relativeLock), 100_000).change(FEE).signed();
    accepted(funding);
    mine(1);
    Transaction claim = new Draft().in(Purse.of(funding, 0)).change(FEE).unsigned();
    refused(claim.updateWitness(0, Draft.witness(hashLock, sign(claim, hashLock), new byte[32])));
    refused(claim.updateWitness(0, Draft.witness(timeLock, sign(claim, hashLock), preimage)));
    accepted(claim.updateWitness(0, Draft.witness(hashLock, sign(claim, hashLock), preimage)));

    Transaction early = new Draft().in(Purse.of(funding, 1)).change(FEE).unsigned();
    refused(early.updateWitness(0, Draft.witness(timeLock, sign(early, timeLock))));
    Transaction timed = new Draft().in(Purse.of(funding, 1)).change(FEE).lockTime(expiry).unsigned();
    Transaction timeout = timed.updateWitness(0, Draft.witness(timeLock, sign(timed, timeLock)));
    refused(timeout);
    Transaction sooner = new Draft().in(Purse.of(funding, 2), 19).change(FEE).unsigned();
    Transaction inTime = new Draft().in(Purse.of(funding, 2), 20).change(FEE).unsigned();
    refused(inTime.updateWitness(0, Draft.witness(relativeLock, sign(inTime, relativeLock))));
    mine(19);
    refused(sooner.updateWitness(0, Draft.witness(relativeLock, sign(sooner, relativeLock))));
    accepted(inTime.updateWitness(0, Draft.witness(relativeLock, sign(inTime, relativeLock))));
    accepted(timeout);
    mine(1);
  }

  @Test
  void taprootIsJudgedAlike() {
    Transaction funding = new Draft().in(take())
        .out(Script.pay2tr(Draft.KEY.xOnlyPublicKey(), Crypto.TaprootTweak.KeyPathTweak.INSTANCE), 100_000).change(FEE)
        .signed();
    accepted(funding);
    Transaction spend = new Draft().in(Purse.of(funding, 0)).change(FEE).unsigned();
    List<TxOut> spent = List.of(funding.txOut.getFirst());
    refused(spend.updateWitness(0, Script.witnessKeyPathPay2tr(spend.signInputTaprootKeyPath(Draft.key("a stranger"), 0,
        spent, SigHash.SIGHASH_DEFAULT, (ScriptTree) null, null, ByteVector32.Zeroes), SigHash.SIGHASH_DEFAULT)));
    accepted(spend.updateWitness(0, Script.witnessKeyPathPay2tr(spend.signInputTaprootKeyPath(Draft.KEY, 0, spent,
        SigHash.SIGHASH_DEFAULT, (ScriptTree) null, null, ByteVector32.Zeroes), SigHash.SIGHASH_DEFAULT)));
    mine(1);
  }

  @Test
  void replacementsArePricedAlike() {
    Purse coin = take();
    Purse other = take();
    Transaction first = new Draft().in(coin).change(FEE).signed();
    accepted(first);
    Transaction child = new Draft().in(Purse.of(first, 0)).change(5 * FEE).signed();
    accepted(child);
    refused(new Draft().in(coin).out(Draft.SCRIPT, 20_000).change(FEE).signed());
    refused(new Draft().in(coin).change(FEE + 50).signed());
    refused(new Draft().in(coin).change(3 * FEE).signed());
    refused(new Draft().in(coin).change(6 * FEE + 50).signed());
    Transaction parent = plain(other);
    accepted(parent);
    refused(new Draft().in(coin).in(Purse.of(parent, 0)).change(50 * FEE).signed());
    refused(new Draft().in(coin).in(Purse.of(child, 0)).change(50 * FEE).signed());
    accepted(new Draft().in(coin).change(6 * FEE + 200).signed());
    same("getrawmempool");
    refused(new Draft().in(take()).in(take()).change(2 * COIN_SAT - 10_000).signed());
    mine(1);
  }

  @Test
  void chainsOfUnconfirmedTransactionsEndAlike() {
    Transaction last = plain(take());
    accepted(last);
    for (int i = 1; i < Policy.MAX_CHAIN_TXS; i++) {
      last = plain(Purse.of(last, 0));
      same("sendrawtransaction", Draft.hex(last));
    }
    refused(plain(Purse.of(last, 0)));
    mine(1);
    accepted(plain(Purse.of(last, 0)));
  }

  @Test
  void packagesAreJudgedAlike() {
    Transaction parent = plain(take());
    Transaction child = new Draft().in(Purse.of(parent, 0)).change(5 * FEE).signed();
    refusedAlike("submitpackage", List.of(Draft.hex(child), Draft.hex(parent)));
    refusedAlike("submitpackage", List.of());
    same("submitpackage", List.of(Draft.hex(parent), Draft.hex(child)));
    same("getrawmempool");
    Transaction poorParent = new Draft().in(take()).change(0).signed();
    refused(poorParent);
    Transaction richChild = new Draft().in(Purse.of(poorParent, 0)).change(5 * FEE).signed();
    same("submitpackage", List.of(Draft.hex(poorParent), Draft.hex(richChild)));
    same("getrawmempool");
    mine(1);
  }

  @Test
  void aReorganisationLeavesTheSameMempool() {
    Transaction kept = plain(take());
    accepted(kept);
    List<String> old = mine(2);
    Transaction late = plain(Purse.of(kept, 0));
    accepted(late);
    for (RpcClient rpc : List.of(embeddedRpc(), bitcoindRpc())) {
      rpc.call("invalidateblock", old.getFirst());
    }
    same("getblockchaininfo");
    same("getrawmempool");
    same("getblockheader", old.getLast());
    same("getblockheader", old.getLast(), false);
    mine(3);
    same("getrawmempool");
    same("getrawtransaction", late.txid.toString(), 1);
    for (RpcClient rpc : List.of(embeddedRpc(), bitcoindRpc())) {
      rpc.call("reconsiderblock", old.getFirst());
    }
    same("getblockchaininfo");
  }

  @Test
  void everyBlockOfTheEmbeddedChainIsGoodForBitcoind() {
    mine(60);
    same("getblockchaininfo");
  }

  private static byte[] sign(Transaction tx, List<ScriptElt> script) {
    return Draft.witnessScriptSignature(tx, 0, script, 100_000).toByteArray();
  }

  private static Transaction plain(@Nullable Purse coin) {
    assertThat(coin).isNotNull();
    return new Draft().in(coin).change(FEE).signed();
  }

  private static Purse take() {
    return purses.remove();
  }

  /** Both must let it in, and say the same about it. */
  private static void accepted(Transaction tx) {
    JsonNode test = same("testmempoolaccept", List.of(Draft.hex(tx))).get(0);
    assertThat(test.path("allowed").asBoolean()).as(test.toString()).isTrue();
    same("sendrawtransaction", Draft.hex(tx));
  }

  /** Both must refuse it, for the same reason in the same words. */
  private static void refused(Transaction tx) {
    JsonNode test = same("testmempoolaccept", List.of(Draft.hex(tx))).get(0);
    assertThat(test.path("allowed").asBoolean()).as(test.toString()).isFalse();
    refusedAlike("sendrawtransaction", Draft.hex(tx));
  }

  private static void refusedAlike(String method, Object... params) {
    assertThat(compared(method, params).error()).as(method).isNotNull();
  }

  private static JsonNode same(String method, Object... params) {
    Answer answer = compared(method, params);
    assertThat(answer.error()).as(method).isNull();
    return answer.result();
  }

  private static Answer compared(String method, Object... params) {
    Answer ours = ask(embeddedRpc(), method, params);
    Answer theirs = ask(bitcoindRpc(), method, params);
    assertThat(ours.error()).as("%s: %s", method, theirs).isEqualTo(theirs.error());
    if (method.equals("getrawmempool")) {
      assertThat(ours.result()).containsExactlyInAnyOrderElementsOf(theirs.result());
    } else {
      compare(method, ours.result(), theirs.result());
    }
    return ours;
  }

  private static Answer ask(RpcClient rpc, String method, Object... params) {
    try {
      return new Answer(rpc.call(method, params), null);
    } catch (RpcException e) {
      return new Answer(NullNode.instance, e.code() + " " + wordedAsCore(String.valueOf(e.getMessage())));
    }
  }

  /** Every field of ours must be theirs; bitcoind may have more. */
  private static void compare(String path, JsonNode ours, JsonNode theirs) {
    if (ours.isObject()) {
      for (Map.Entry<String, JsonNode> field : ours.properties()) {
        JsonNode theirField = theirs.path(field.getKey());
        if (NOT_COMPARED.contains(field.getKey())) {
          assertThat(theirField.isMissingNode()).as(path + "." + field.getKey()).isFalse();
        } else {
          compare(path + "." + field.getKey(), field.getValue(), theirField);
        }
      }
    } else if (ours.isArray()) {
      assertThat(ours).as(path).hasSameSizeAs(theirs);
      for (int i = 0; i < ours.size(); i++) {
        compare(path + "[" + i + "]", ours.get(i), theirs.get(i));
      }
    } else if (ours.isNumber() && theirs.isNumber()) {
      assertThat(ours.decimalValue()).as(path).isEqualByComparingTo(theirs.decimalValue());
    } else {
      assertThat(wordedAsCore(ours.asText())).as(path).isEqualTo(wordedAsCore(theirs.asText()));
      assertThat(ours.getNodeType()).as(path).isEqualTo(theirs.getNodeType());
    }
  }

  /** Knots tells two kinds of dust apart where Bitcoin Core knows one. */
  private static String wordedAsCore(String text) {
    return text.replace("dust-nonanchor", "dust");
  }

  private static List<String> mine(int blocks) {
    return mine(blocks, Chain.address(Draft.SCRIPT));
  }

  private static List<String> mine(int blocks, String address) {
    List<String> ids = new ArrayList<>();
    for (JsonNode id : embeddedRpc().call("generatetoaddress", blocks, address)) {
      JsonNode refusal = bitcoindRpc().call("submitblock", HexFormat.of().formatHex(embedded().block(id.asText())));
      assertThat(refusal.isNull()).as("bitcoind refuses block %s: %s", id, refusal).isTrue();
      ids.add(id.asText());
    }
    return ids;
  }

  private static EmbeddedChain embedded() {
    return present(embeddedChain);
  }

  private static BitcoindChain bitcoind() {
    return present(bitcoindChain);
  }

  private static RpcClient embeddedRpc() {
    return present(embeddedRpc);
  }

  private static RpcClient bitcoindRpc() {
    return present(bitcoindRpc);
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not started");
    }
    return value;
  }

  /** @param error code and message, or null */
  private record Answer(JsonNode result, @Nullable String error) {}
}
