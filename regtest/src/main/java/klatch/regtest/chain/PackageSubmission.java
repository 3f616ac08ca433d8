package klatch.regtest.chain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.acinq.bitcoin.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import klatch.regtest.chain.Mempool.Entry;
import klatch.regtest.chain.TxRefused.Kind;

/**
 * One call of submitpackage: parents and, last, the child that pays for them. Each is tried by itself first; those whose
 * fee alone is too small are judged together with the child.
 */
final class PackageSubmission {
  private final Ledger ledger;
  private final List<Transaction> txs;
  private final Map<Transaction, Entry> accepted = new LinkedHashMap<>();
  private final Map<Transaction, TxRefused> refused = new LinkedHashMap<>();
  private final List<Entry> replaced = new ArrayList<>();
  private final List<Entry> together = new ArrayList<>();

  PackageSubmission(Ledger ledger, List<Transaction> txs) {
    this.ledger = ledger;
    this.txs = txs;
  }

  ObjectNode submit() {
    Transaction child = txs.getLast();
    List<Transaction> poor = new ArrayList<>();
    for (Transaction tx : txs) {
      if (!alone(tx) && (tx.equals(child) || isPoor(tx))) {
        poor.add(tx);
      }
    }
    if (poor.size() > 1 && poor.getLast().equals(child)) {
      asOne(poor);
    }
    return answer();
  }

  private boolean isPoor(Transaction tx) {
    TxRefused why = refused.get(tx);
    return why != null && why.kind() == Kind.FEE_TOO_LOW;
  }

  private boolean alone(Transaction tx) {
    try {
      Mempool.Candidate candidate = ledger.mempool().check(tx, true);
      ledger.mempool().add(candidate);
      accepted.put(tx, candidate.entry());
      replaced.addAll(candidate.replaced());
      return true;
    } catch (TxRefused e) {
      if (e.kind() == Kind.IN_MEMPOOL) {
        accepted.put(tx, ledger.mempool().entry(tx.txid).orElseThrow());
        return true;
      }
      refused.put(tx, e);
      return false;
    }
  }

  /** Lets all of them in or none; a package replaces nothing. */
  private void asOne(List<Transaction> poor) {
    try {
      long fees = 0;
      int vsize = 0;
      for (Transaction tx : poor) {
        Mempool.Candidate candidate = ledger.mempool().check(tx, false);
        if (!candidate.replaced().isEmpty()) {
          throw TxRefused.rule("package RBF failed: not supported");
        }
        ledger.mempool().add(candidate);
        together.add(candidate.entry());
        fees += candidate.entry().fee();
        vsize += candidate.entry().vsize();
      }
      Mempool.checkFee(fees, vsize);
      poor.forEach(refused::remove);
      together.forEach(entry -> accepted.put(entry.tx(), entry));
    } catch (TxRefused e) {
      together.reversed().forEach(ledger.mempool()::remove);
      together.clear();
      refused.put(poor.getLast(), e);
    }
  }

  private ObjectNode answer() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("package_msg", refused.isEmpty() ? "success" : "transaction failed");
    ObjectNode results = json.putObject("tx-results");
    for (Transaction tx : txs) {
      ObjectNode result = results.putObject(Hashes.wtxid(tx).toString()).put("txid", tx.txid.toString());
      Entry entry = accepted.get(tx);
      TxRefused why = refused.get(tx);
      if (entry != null) {
        result.put("vsize", entry.vsize());
        fees(result.putObject("fees"), entry);
      } else if (why != null) {
        result.put("error", why.text());
      }
    }
    ArrayNode gone = json.putArray("replaced-transactions");
    replaced.forEach(entry -> gone.add(entry.txid().toString()));
    return json;
  }

  private void fees(ObjectNode json, Entry entry) {
    List<Entry> judged = together.contains(entry) ? together : List.of(entry);
    long fees = judged.stream().mapToLong(Entry::fee).sum();
    int vsize = judged.stream().mapToInt(Entry::vsize).sum();
    json.put("base", Amounts.btc(entry.fee())).put("effective-feerate", Amounts.btc(fees * 1_000 / vsize));
    ArrayNode includes = json.putArray("effective-includes");
    judged.forEach(other -> includes.add(other.wtxid().toString()));
  }
}
