package klatch.regtest.chain;

import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.Transaction;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The chain and the transactions that wait for it. Whoever uses it holds the embedded chain's lock. */
final class Ledger {
  /** Weight left for header and coinbase. */
  private static final int RESERVED_WEIGHT = 8_000;

  private final InstantSource clock;
  private final BlockTree tree = new BlockTree();
  private final Mempool mempool;
  private long extraNonce;
  private long estimateSatPerVbyte;
  private int estimatesAsked;
  private int missingInputs;

  Ledger(InstantSource clock) {
    this.clock = clock;
    this.mempool = new Mempool(tree, clock);
  }

  BlockTree tree() {
    return tree;
  }

  Mempool mempool() {
    return mempool;
  }

  /** What a fee estimate says; 0 if there is none. */
  long estimateSatPerVbyte() {
    return estimateSatPerVbyte;
  }

  void estimateSatPerVbyte(long satPerVbyte) {
    estimateSatPerVbyte = satPerVbyte;
    estimatesAsked = 0;
  }

  void estimateAsked() {
    estimatesAsked++;
  }

  /** How often an estimate has been asked for since it was last changed. */
  int estimatesAsked() {
    return estimatesAsked;
  }

  void missingInput() {
    missingInputs++;
  }

  /** How many transactions were refused because what they spend is not there. */
  int missingInputs() {
    return missingInputs;
  }

  /** Mines one block with what waits in the mempool, oldest first. */
  BlockNode mine(byte[] coinbaseScript) {
    List<Transaction> txs = new ArrayList<>();
    long fees = 0;
    int weight = RESERVED_WEIGHT;
    for (Mempool.Entry entry : mempool.entries()) {
      weight += entry.tx().weight();
      if (weight > ConsensusRules.MAX_BLOCK_WEIGHT) {
        break;
      }
      txs.add(entry.tx());
      fees += entry.fee();
    }
    try {
      return append(coinbaseScript, txs, fees);
    } catch (TxRefused e) {
      throw new IllegalStateException("the mempool held what no block can hold: " + e.text(), e);
    }
  }

  /** What a miner takes who has enough to choose from: all that pays at least this rate, its waiting parents counted with it. */
  List<Mempool.Entry> paying(long satPerVbyte) {
    Set<Mempool.Entry> chosen = new LinkedHashSet<>();
    for (Mempool.Entry entry : mempool.entries()) {
      Set<Mempool.Entry> parents = mempool.ancestors(entry.tx());
      List<Mempool.Entry> together = mempool.entries().stream()
          .filter(other -> other.txid().equals(entry.txid()) || parents.contains(other)).toList();
      long fees = together.stream().mapToLong(Mempool.Entry::fee).sum();
      long vbytes = together.stream().mapToLong(Mempool.Entry::vsize).sum();
      if (fees >= satPerVbyte * vbytes) {
        chosen.addAll(together);
      }
    }
    return mempool.entries().stream().filter(chosen::contains).toList();
  }

  /** Mines one block with just these transactions; changes nothing if they do not fit the tip. */
  BlockNode mine(byte[] coinbaseScript, List<Transaction> txs) throws TxRefused {
    return append(coinbaseScript, txs, 0);
  }

  /** @return what was let in */
  Mempool.Entry accept(Transaction tx) throws TxRefused {
    Mempool.Candidate candidate = mempool.check(tx, true);
    mempool.add(candidate);
    return candidate.entry();
  }

  void invalidate(BlockNode node) {
    tree.mark(node, true);
    follow();
  }

  void reconsider(BlockNode node) {
    tree.mark(node, false);
    follow();
  }

  private void follow() {
    mempool.rebuild(tree.activateBest());
  }

  private BlockNode append(byte[] coinbaseScript, List<Transaction> txs, long fees) throws TxRefused {
    Block block = BlockAssembly.assemble(tree.tip(), coinbaseScript, txs, fees, clock.instant().getEpochSecond(),
        extraNonce++);
    BlockNode node = tree.append(block);
    mempool.confirmed(txs);
    return node;
  }
}
