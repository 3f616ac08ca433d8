package klatch.regtest.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The methods that read and take transactions. */
final class TransactionRpc {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Guard against typing errors, as in Bitcoin Core: 0.10 BTC for 1,000 virtual bytes unless the caller says otherwise. */
  private static final BigDecimal DEFAULT_MAX_FEE_RATE = new BigDecimal("0.10");

  private static final long MAX_MEMPOOL_BYTES = 300_000_000L;

  private final Ledger ledger;

  TransactionRpc(Ledger ledger) {
    this.ledger = ledger;
  }

  Map<String, RpcMethod> methods() {
    return Map.ofEntries(Map.entry("getrawtransaction", this::rawTransaction), Map.entry("gettxout", this::txOut),
        Map.entry("getrawmempool", this::rawMempool), Map.entry("getmempoolinfo", this::mempoolInfo),
        Map.entry("getmempoolentry", this::mempoolEntry), Map.entry("testmempoolaccept", this::testAccept),
        Map.entry("sendrawtransaction", this::send), Map.entry("submitpackage", this::submitPackage));
  }

  private JsonNode rawTransaction(RpcParams params) {
    TxId txid = params.txId(0, "txid", "parameter 1");
    boolean verbose = params.verbosity(1, "verbosity", 0) > 0;
    BlockNode block = ledger.tree().blockOf(txid);
    Transaction tx = ledger.mempool().entry(txid).map(Mempool.Entry::tx).orElse(null);
    if (block != null) {
      tx = block.block.tx.stream().filter(other -> other.txid.equals(txid)).findFirst().orElseThrow();
    }
    if (tx == null) {
      throw new RpcException(RpcException.NOT_FOUND,
          "No such mempool or blockchain transaction. Use gettransaction for wallet transactions.");
    }
    if (!verbose) {
      return JSON.textNode(HexFormat.of().formatHex(Transaction.write(tx)));
    }
    ObjectNode json = TransactionJson.of(tx);
    if (block != null) {
      json.put("blockhash", block.id().toString()).put("confirmations", ledger.tree().tip().height - block.height + 1)
          .put("time", block.block.header.time).put("blocktime", block.block.header.time);
    }
    return json;
  }

  private JsonNode txOut(RpcParams params) {
    OutPoint outPoint = new OutPoint(params.txId(0, "txid", "txid"), params.integer(1, "n"));
    boolean withMempool = params.flag(2, "include_mempool", true);
    boolean spent = withMempool && ledger.mempool().spender(outPoint) != null;
    Coin coin = (withMempool ? ledger.mempool() : ledger.tree().utxos()).coin(outPoint);
    if (coin == null || spent) {
      return JSON.nullNode();
    }
    BlockNode tip = ledger.tree().tip();
    ObjectNode json = JSON.objectNode();
    json.put("bestblock", tip.id().toString()).put("confirmations", tip.height - coin.height() + 1)
        .put("value", Amounts.btc(coin.sat())).put("coinbase", coin.coinbase());
    json.set("scriptPubKey", TransactionJson.script(coin.output()));
    return json;
  }

  private JsonNode rawMempool(RpcParams params) {
    boolean verbose = params.flag(0, "verbose", false);
    boolean sequence = params.flag(1, "mempool_sequence", false);
    if (verbose) {
      ObjectNode all = JSON.objectNode();
      ledger.mempool().entries().forEach(entry -> all.set(entry.txid().toString(), entryJson(entry)));
      return all;
    }
    ArrayNode ids = JSON.arrayNode();
    ledger.mempool().entries().forEach(entry -> ids.add(entry.txid().toString()));
    return sequence
        ? JSON.objectNode().put("mempool_sequence", ledger.mempool().sequence()).set("txids", ids)
        : ids;
  }

  private JsonNode mempoolInfo(RpcParams params) {
    List<Mempool.Entry> entries = List.copyOf(ledger.mempool().entries());
    return JSON.objectNode().put("loaded", true).put("size", entries.size())
        .put("bytes", entries.stream().mapToInt(Mempool.Entry::vsize).sum())
        .put("total_fee", Amounts.btc(entries.stream().mapToLong(Mempool.Entry::fee).sum()))
        .put("maxmempool", MAX_MEMPOOL_BYTES).put("mempoolminfee", Amounts.btc(Policy.MIN_RELAY_SAT_PER_KVB))
        .put("minrelaytxfee", Amounts.btc(Policy.MIN_RELAY_SAT_PER_KVB))
        .put("incrementalrelayfee", Amounts.btc(Policy.INCREMENTAL_RELAY_SAT_PER_KVB)).put("unbroadcastcount", 0)
        .put("fullrbf", true);
  }

  private JsonNode mempoolEntry(RpcParams params) {
    return ledger.mempool().entry(params.txId(0, "txid", "txid")).map(this::entryJson)
        .orElseThrow(() -> new RpcException(RpcException.NOT_FOUND, "Transaction not in mempool"));
  }

  private ObjectNode entryJson(Mempool.Entry entry) {
    Mempool mempool = ledger.mempool();
    List<Mempool.Entry> up = List.copyOf(mempool.ancestors(entry.tx()));
    List<Mempool.Entry> down = List.copyOf(mempool.withDescendants(entry));
    long upFees = entry.fee() + up.stream().mapToLong(Mempool.Entry::fee).sum();
    ObjectNode json = JSON.objectNode();
    json.put("vsize", entry.vsize()).put("weight", entry.tx().weight()).put("time", entry.timeSeconds())
        .put("height", entry.height()).put("descendantcount", down.size())
        .put("descendantsize", down.stream().mapToInt(Mempool.Entry::vsize).sum())
        .put("ancestorcount", up.size() + 1)
        .put("ancestorsize", entry.vsize() + up.stream().mapToInt(Mempool.Entry::vsize).sum())
        .put("wtxid", entry.wtxid().toString());
    json.putObject("fees").put("base", Amounts.btc(entry.fee())).put("modified", Amounts.btc(entry.fee()))
        .put("ancestor", Amounts.btc(upFees))
        .put("descendant", Amounts.btc(down.stream().mapToLong(Mempool.Entry::fee).sum()));
    ArrayNode depends = json.putArray("depends");
    up.stream().filter(parent -> mempool.children(parent).contains(entry))
        .forEach(parent -> depends.add(parent.txid().toString()));
    ArrayNode spentBy = json.putArray("spentby");
    mempool.children(entry).forEach(child -> spentBy.add(child.txid().toString()));
    return json;
  }

  private JsonNode testAccept(RpcParams params) {
    List<Transaction> txs = params.transactions(0, "rawtxs");
    if (txs.size() != 1) {
      throw new RpcException(RpcException.BAD_PARAMETER, "Array must contain between 1 and 1 transactions.");
    }
    BigDecimal maxRate = maxFeeRate(params, 1);
    Transaction tx = txs.getFirst();
    ObjectNode json = JSON.objectNode();
    json.put("txid", tx.txid.toString()).put("wtxid", Hashes.wtxid(tx).toString());
    try {
      Mempool.Entry entry = ledger.mempool().check(tx, true).entry();
      if (exceeds(entry, maxRate)) {
        return JSON.arrayNode().add(json.put("allowed", false).put("reject-reason", "max-fee-exceeded"));
      }
      json.put("allowed", true).put("vsize", entry.vsize());
      ObjectNode fees = json.putObject("fees").put("base", Amounts.btc(entry.fee()));
      fees.put("effective-feerate", Amounts.btc(entry.fee() * 1_000 / entry.vsize()));
      fees.putArray("effective-includes").add(entry.wtxid().toString());
    } catch (TxRefused e) {
      json.put("allowed", false).put("reject-reason",
          e.kind() == TxRefused.Kind.MISSING_INPUTS ? "missing-inputs" : e.reason());
      if (e.kind() != TxRefused.Kind.MISSING_INPUTS) {
        json.put("reject-details", e.text());
      }
    }
    return JSON.arrayNode().add(json);
  }

  private JsonNode send(RpcParams params) {
    Transaction tx = params.transaction(0, "hexstring");
    BigDecimal maxRate = maxFeeRate(params, 1);
    for (var output : tx.txOut) {
      if (!UtxoSet.spendable(output) && output.amount.toLong() > 0) {
        throw new RpcException(RpcException.MISSING_INPUTS,
            "Unspendable output exceeds maximum configured by user (maxburnamount)");
      }
    }
    if (ledger.tree().utxos().anyOf(tx)) {
      throw new RpcException(RpcException.ALREADY_IN_CHAIN, "Transaction outputs already in utxo set");
    }
    try {
      Mempool.Candidate candidate = ledger.mempool().check(tx, true);
      if (exceeds(candidate.entry(), maxRate)) {
        throw new RpcException(RpcException.MISSING_INPUTS,
            "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
      }
      ledger.mempool().add(candidate);
    } catch (TxRefused e) {
      switch (e.kind()) {
        case IN_MEMPOOL -> {
          // Sending again what is known is no error.
        }
        case MISSING_INPUTS -> {
          ledger.missingInput();
          throw new RpcException(RpcException.MISSING_INPUTS, e.text());
        }
        case IN_CHAIN, RULE -> throw new RpcException(RpcException.REJECTED, e.text());
      }
    }
    return JSON.textNode(tx.txid.toString());
  }

  private JsonNode submitPackage(RpcParams params) {
    return new PackageSubmission(ledger, params.transactions(0, "package")).submit();
  }

  private static BigDecimal maxFeeRate(RpcParams params, int index) {
    JsonNode node = params.optional(index);
    if (node == null) {
      return DEFAULT_MAX_FEE_RATE;
    }
    try {
      return new BigDecimal(node.asText());
    } catch (NumberFormatException e) {
      throw new RpcException(RpcException.WRONG_TYPE, "Invalid amount");
    }
  }

  /** @param maxRate in BTC for 1,000 virtual bytes; 0 sets no limit */
  private static boolean exceeds(Mempool.Entry entry, BigDecimal maxRate) {
    if (maxRate.signum() == 0) {
      return false;
    }
    long limit = Policy.fee(maxRate.movePointRight(8).longValue(), entry.vsize());
    return entry.fee() > limit;
  }
}
