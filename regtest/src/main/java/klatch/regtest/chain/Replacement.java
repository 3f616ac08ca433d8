package klatch.regtest.chain;

import fr.acinq.bitcoin.TxIn;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import klatch.regtest.chain.Mempool.Entry;

/**
 * Decides whether a transaction may push others out of the mempool (BIP 125's rules 2 to 5; no signal is asked for).
 *
 * @param conflicts what spends the same coins, directly
 * @param ancestors the new transaction's own, in the mempool
 */
record Replacement(Mempool mempool, Entry entry, Set<Entry> conflicts, Set<Entry> ancestors) {

  /** @return all that would go, descendants included */
  Set<Entry> check() throws TxRefused {
    for (Entry ancestor : ancestors) {
      if (conflicts.contains(ancestor)) {
        throw TxRefused.rule("bad-txns-spends-conflicting-tx",
            entry.txid() + " spends conflicting transaction " + ancestor.txid());
      }
    }
    if (conflicts.isEmpty()) {
      return Set.of();
    }
    checkRate();
    Set<Entry> replaced = new LinkedHashSet<>();
    conflicts.forEach(conflict -> replaced.addAll(mempool.withDescendants(conflict)));
    if (replaced.size() > Policy.MAX_REPLACED_TXS) {
      throw TxRefused.rule("too many potential replacements", "rejecting replacement " + entry.txid()
          + "; too many potential replacements (" + replaced.size() + " > " + Policy.MAX_REPLACED_TXS + ")");
    }
    checkNoNewParents();
    checkFee(replaced);
    return replaced;
  }

  private void checkRate() throws TxRefused {
    for (Entry conflict : conflicts) {
      if (entry.fee() * conflict.vsize() <= conflict.fee() * entry.vsize()) {
        throw TxRefused.rule("insufficient fee", "rejecting replacement %s; new feerate %s <= old feerate %s"
            .formatted(entry.txid(), rate(entry), rate(conflict)));
      }
    }
  }

  private void checkNoNewParents() throws TxRefused {
    Set<Object> oldParents = new HashSet<>();
    conflicts.forEach(conflict -> conflict.tx().txIn.forEach(input -> oldParents.add(input.outPoint.txid)));
    for (int i = 0; i < entry.tx().txIn.size(); i++) {
      TxIn input = entry.tx().txIn.get(i);
      if (!oldParents.contains(input.outPoint.txid) && mempool.entry(input.outPoint.txid).isPresent()) {
        throw TxRefused.rule("replacement-adds-unconfirmed",
            "replacement %s adds unconfirmed input, idx %d".formatted(entry.txid(), i));
      }
    }
  }

  private void checkFee(Set<Entry> replaced) throws TxRefused {
    long oldFees = replaced.stream().mapToLong(Entry::fee).sum();
    if (entry.fee() < oldFees) {
      throw TxRefused.rule("insufficient fee", "rejecting replacement %s, less fees than conflicting txs; %s < %s"
          .formatted(entry.txid(), Amounts.money(entry.fee()), Amounts.money(oldFees)));
    }
    long relay = Policy.fee(Policy.INCREMENTAL_RELAY_SAT_PER_KVB, entry.vsize());
    if (entry.fee() - oldFees < relay) {
      throw TxRefused.rule("insufficient fee",
          "rejecting replacement %s, not enough additional fees to relay; %s < %s".formatted(entry.txid(),
              Amounts.money(entry.fee() - oldFees), Amounts.money(relay)));
    }
  }

  private static String rate(Entry entry) {
    return Amounts.feeRate(entry.fee() * 1_000 / entry.vsize());
  }
}
