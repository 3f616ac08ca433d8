package klatch.regtest.chain;

import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import fr.acinq.bitcoin.TxIn;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import klatch.regtest.chain.TxRefused.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that wait for a block, in the order they came: parents always before children. Guarded by the
 * ledger's lock.
 */
final class Mempool implements CoinView {
  /** One more small child than the limit is let in, so that either side of a channel can bump a fee (CPFP carve-out). */
  private static final int CARVE_OUT_VBYTES = 10_000;

  private final BlockTree tree;
  private final InstantSource clock;
  private final Map<TxId, Entry> entries = new LinkedHashMap<>();
  private final Map<OutPoint, Entry> spenders = new HashMap<>();
  private long sequence;

  Mempool(BlockTree tree, InstantSource clock) {
    this.tree = tree;
    this.clock = clock;
  }

  /** A transaction that would be let in, and what it would push out, descendants included. */
  record Candidate(Entry entry, Set<Entry> replaced) {}

  /** @param height of the tip when it came */
  record Entry(Transaction tx, TxId wtxid, long fee, int vsize, long timeSeconds, int height) {
    TxId txid() {
      return tx.txid;
    }
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  Optional<Entry> entry(TxId txid) {
    return Optional.ofNullable(entries.get(txid));
  }

  /** Counts what came in and went out, as getrawmempool's mempool_sequence does. */
  long sequence() {
    return sequence;
  }

  @Nullable
  Entry spender(OutPoint outPoint) {
    return spenders.get(outPoint);
  }

  void clear() {
    sequence += entries.size();
    entries.clear();
    spenders.clear();
  }

  /** The coins of chain and mempool; those that the mempool spends are still seen. */
  @Override
  public @Nullable Coin coin(OutPoint outPoint) {
    Entry parent = entries.get(outPoint.txid);
    if (parent == null) {
      return tree.utxos().coin(outPoint);
    }
    return outPoint.index < parent.tx.txOut.size()
        ? new Coin(parent.tx.txOut.get((int) outPoint.index), tree.tip().height + 1, false)
        : null;
  }

  /** @param feeMatters false for what comes back from a block that left the chain */
  Candidate check(Transaction tx, boolean feeMatters) throws TxRefused {
    BlockNode tip = tree.tip();
    ConsensusRules.checkShape(tx);
    if (tx.isCoinbase()) {
      throw TxRefused.rule("coinbase");
    }
    Policy.checkStandard(tx);
    if (!ConsensusRules.isFinal(tx, tip.height + 1, tip.medianTimePast)) {
      throw TxRefused.rule("non-final");
    }
    refuseKnown(tx);
    Set<Entry> conflicts = new LinkedHashSet<>();
    tx.txIn.stream().map(input -> spenders.get(input.outPoint)).filter(entry -> entry != null).forEach(conflicts::add);
    List<Coin> coins = coins(tx);
    if (!ConsensusRules.sequenceLocksOver(tx, coins, tip)) {
      throw TxRefused.rule("non-BIP68-final");
    }
    long fee = ConsensusRules.checkAmounts(tx, coins, tip.height + 1);
    Policy.checkInputs(tx, coins);
    Entry entry = new Entry(tx, Hashes.wtxid(tx), fee, Policy.vsize(tx), clock.instant().getEpochSecond(), tip.height);
    if (feeMatters) {
      checkFee(entry);
    }
    Set<Entry> ancestors = ancestors(tx);
    checkChainLimits(entry, ancestors, conflicts);
    Set<Entry> replaced = new Replacement(this, entry, conflicts, ancestors).check();
    checkScripts(tx, coins);
    return new Candidate(entry, replaced);
  }

  void add(Candidate candidate) {
    candidate.replaced.forEach(this::remove);
    Entry entry = candidate.entry;
    entries.put(entry.txid(), entry);
    entry.tx.txIn.forEach(input -> spenders.put(input.outPoint, entry));
    sequence++;
  }

  /** Takes out one entry; its children, if any, are the caller's to care for. */
  void remove(Entry entry) {
    if (entries.remove(entry.txid()) != null) {
      entry.tx.txIn.forEach(input -> spenders.remove(input.outPoint, entry));
      sequence++;
    }
  }

  /** Takes out what a new block confirmed, and what can now never be confirmed. */
  void confirmed(List<Transaction> txs) {
    for (Transaction tx : txs) {
      entry(tx.txid).ifPresent(this::remove);
    }
    for (Transaction tx : txs) {
      for (TxIn input : tx.txIn) {
        Entry rival = spenders.get(input.outPoint);
        if (rival != null) {
          withDescendants(rival).forEach(this::remove);
        }
      }
    }
  }

  /** After a reorganisation: starts anew from what left the chain and what was here, and drops what no longer fits. */
  void rebuild(List<Transaction> left) {
    List<Transaction> all = new ArrayList<>(left);
    entries.values().forEach(entry -> all.add(entry.tx));
    entries.clear();
    spenders.clear();
    for (Transaction tx : all) {
      try {
        add(check(tx, false));
      } catch (TxRefused e) {
        // What the new chain confirmed, or what is not final or mature on it, is no longer wanted.
        sequence++;
      }
    }
  }

  Set<Entry> ancestors(Transaction tx) {
    Set<Entry> found = new LinkedHashSet<>();
    Deque<Transaction> open = new ArrayDeque<>(List.of(tx));
    while (!open.isEmpty()) {
      for (TxIn input : open.remove().txIn) {
        Entry parent = entries.get(input.outPoint.txid);
        if (parent != null && found.add(parent)) {
          open.add(parent.tx);
        }
      }
    }
    return found;
  }

  Set<Entry> withDescendants(Entry entry) {
    Set<Entry> found = new LinkedHashSet<>(List.of(entry));
    Deque<Entry> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      for (Entry child : children(open.remove())) {
        if (found.add(child)) {
          open.add(child);
        }
      }
    }
    return found;
  }

  Set<Entry> children(Entry entry) {
    Set<Entry> found = new LinkedHashSet<>();
    for (int i = 0; i < entry.tx.txOut.size(); i++) {
      Entry child = spenders.get(new OutPoint(entry.txid(), i));
      if (child != null) {
        found.add(child);
      }
    }
    return found;
  }

  private static void checkFee(Entry entry) throws TxRefused {
    long least = Policy.fee(Policy.MIN_RELAY_SAT_PER_KVB, entry.vsize);
    if (entry.fee < least) {
      throw TxRefused.rule("min relay fee not met", entry.fee + " < " + least);
    }
  }

  private void refuseKnown(Transaction tx) throws TxRefused {
    Entry known = entries.get(tx.txid);
    if (known != null) {
      throw new TxRefused(Kind.IN_MEMPOOL,
          known.wtxid.equals(Hashes.wtxid(tx)) ? "txn-already-in-mempool" : "txn-same-nonwitness-data-in-mempool", "");
    }
  }

  private List<Coin> coins(Transaction tx) throws TxRefused {
    try {
      return ConsensusRules.inputs(tx, this);
    } catch (TxRefused missing) {
      if (tree.utxos().anyOf(tx)) {
        throw new TxRefused(Kind.IN_CHAIN, "txn-already-known", "");
      }
      throw missing;
    }
  }

  private void checkChainLimits(Entry entry, Set<Entry> ancestors, Set<Entry> conflicts) throws TxRefused {
    if (ancestors.size() + 1 > Policy.MAX_CHAIN_TXS) {
      throw TxRefused.rule("too-long-mempool-chain",
          "too many unconfirmed ancestors [limit: " + Policy.MAX_CHAIN_TXS + "]");
    }
    boolean carveOut = conflicts.isEmpty() && ancestors.size() == 1 && entry.vsize <= CARVE_OUT_VBYTES;
    int limit = carveOut ? Policy.MAX_CHAIN_TXS + 1 : Policy.MAX_CHAIN_TXS;
    for (Entry ancestor : ancestors) {
      long descendants = withDescendants(ancestor).stream().filter(other -> !conflicts.contains(other)).count();
      if (descendants + 1 > limit) {
        throw TxRefused.rule("too-long-mempool-chain",
            "too many descendants for tx " + ancestor.txid() + " [limit: " + Policy.MAX_CHAIN_TXS + "]");
      }
    }
  }

  private static void checkScripts(Transaction tx, List<Coin> coins) throws TxRefused {
    for (int i = 0; i < coins.size(); i++) {
      var error = Scripts.failure(tx, i, coins, Scripts.POLICY_FLAGS);
      if (error.isPresent()) {
        throw TxRefused.rule("mempool-script-verify-flag-failed (" + error.get() + ")", Scripts.where(tx, i));
      }
    }
  }
}
