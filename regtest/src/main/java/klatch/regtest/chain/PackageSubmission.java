package klatch.regtest.chain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import klatch.regtest.chain.Mempool.Entry;
import klatch.regtest.chain.TxRefused.Kind;

/**
 * One call of submitpackage: parents and, last, their child. As the mempool is never full, no fee is too small for it
 * that a child could make up for: a package is judged one by one, in order.
 */
final class PackageSubmission {
  private static final int MAX_TXS = 25;

  private final Ledger ledger;
  private final List<Transaction> txs;
  private final ObjectNode results = JsonNodeFactory.instance.objectNode();
  private final List<Entry> replaced = new ArrayList<>();
  private boolean failed;

  /** @throws RpcException unless they are one child and its parents */
  PackageSubmission(Ledger ledger, List<Transaction> txs) {
    if (txs.isEmpty() || txs.size() > MAX_TXS) {
      throw new RpcException(RpcException.BAD_PARAMETER,
          "Array must contain between 1 and " + MAX_TXS + " transactions.");
    }
    if (!childWithParents(txs)) {
      throw new RpcException(RpcException.MISSING_INPUTS,
          "package topology disallowed. not child-with-parents or parents depend on each other.");
    }
    this.ledger = ledger;
    this.txs = txs;
  }

  ObjectNode submit() {
    txs.forEach(this::submit);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("package_msg", failed ? "transaction failed" : "success").set("tx-results", results);
    ArrayNode gone = json.putArray("replaced-transactions");
    replaced.forEach(entry -> gone.add(entry.txid().toString()));
    return json;
  }

  private void submit(Transaction tx) {
    ObjectNode result = results.putObject(Hashes.wtxid(tx).toString()).put("txid", tx.txid.toString());
    try {
      Mempool.Candidate candidate = ledger.mempool().check(tx, true);
      ledger.mempool().add(candidate);
      replaced.addAll(candidate.replaced());
      Entry entry = candidate.entry();
      result.put("vsize", entry.vsize());
      ObjectNode fees = result.putObject("fees").put("base", Amounts.btc(entry.fee()));
      fees.put("effective-feerate", Amounts.btc(entry.fee() * 1_000 / entry.vsize()));
      fees.putArray("effective-includes").add(entry.wtxid().toString());
    } catch (TxRefused e) {
      if (e.kind() == Kind.IN_MEMPOOL) {
        Entry known = ledger.mempool().entry(tx.txid).orElseThrow();
        result.put("vsize", known.vsize()).putObject("fees").put("base", Amounts.btc(known.fee()));
      } else {
        failed = true;
        result.put("error", e.text());
      }
    }
  }

  private static boolean childWithParents(List<Transaction> txs) {
    List<Transaction> parents = txs.subList(0, txs.size() - 1);
    Set<TxId> ids = parents.stream().map(tx -> tx.txid).collect(Collectors.toSet());
    Set<TxId> spent = txs.getLast().txIn.stream().map(input -> input.outPoint.txid).collect(Collectors.toSet());
    return spent.containsAll(ids) && parents.stream().flatMap(tx -> tx.txIn.stream())
        .noneMatch(input -> ids.contains(input.outPoint.txid));
  }
}
