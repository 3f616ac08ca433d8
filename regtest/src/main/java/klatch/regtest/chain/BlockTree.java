package klatch.regtest.chain;

import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.BlockId;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every block ever seen, which of them form the active chain, and the coins at its tip. Guarded by the ledger's lock. */
final class BlockTree {
  private static final int HALVING_BLOCKS = 150;
  private static final long FIRST_SUBSIDY_SAT = 50L * 100_000_000L;
  private static final int LAST_HALVING = 64;

  private final Map<BlockId, BlockNode> nodes = new HashMap<>();
  private final List<BlockNode> active = new ArrayList<>();
  private final Map<TxId, BlockNode> confirmed = new HashMap<>();
  private final UtxoSet utxos = new UtxoSet();
  private long nextOrder;

  BlockTree() {
    BlockNode genesis = new BlockNode(Block.RegtestGenesisBlock, null, nextOrder++);
    // By an old accident the genesis coinbase can never be spent: it makes no coin and counts as no transaction.
    genesis.undo = new UtxoSet.Undo();
    nodes.put(genesis.id(), genesis);
    active.add(genesis);
  }

  BlockNode tip() {
    return active.getLast();
  }

  UtxoSet utxos() {
    return utxos;
  }

  @Nullable
  BlockNode node(BlockId id) {
    return nodes.get(id);
  }

  Optional<BlockNode> at(int height) {
    return height < 0 || height >= active.size() ? Optional.empty() : Optional.of(active.get(height));
  }

  boolean isActive(BlockNode node) {
    return node.height < active.size() && active.get(node.height) == node;
  }

  /** The block of the active chain that holds this transaction. */
  @Nullable
  BlockNode blockOf(TxId txid) {
    return confirmed.get(txid);
  }

  static long subsidy(int height) {
    int halvings = height / HALVING_BLOCKS;
    return halvings >= LAST_HALVING ? 0 : FIRST_SUBSIDY_SAT >> halvings;
  }

  /** Adds a block on top of the tip and makes it the tip; changes nothing if the block is bad. */
  BlockNode append(Block block) throws TxRefused {
    BlockNode node = new BlockNode(block, tip(), nextOrder++);
    connect(node);
    nodes.put(node.id(), node);
    return node;
  }

  void mark(BlockNode node, boolean invalid) {
    if (invalid) {
      node.markedInvalid = true;
      return;
    }
    // Reconsidering a block clears its ancestors and its descendants too.
    for (BlockNode up = node; up != null; up = up.parent) {
      up.markedInvalid = false;
    }
    nodes.values().stream().filter(other -> other.height > node.height && other.ancestor(node.height) == node)
        .forEach(other -> other.markedInvalid = false);
  }

  /**
   * Makes the valid chain with the most work the active one.
   *
   * @return the transactions of the blocks that left the active chain, coinbases aside, in the chain's order
   */
  List<Transaction> activateBest() {
    List<Transaction> left = new ArrayList<>();
    BlockNode best = best();
    while (best != tip()) {
      while (tip().height > best.height || best.ancestor(tip().height) != tip()) {
        left.addAll(0, disconnectTip());
      }
      while (tip() != best) {
        BlockNode next = best.ancestor(tip().height + 1);
        try {
          connect(next);
        } catch (TxRefused e) {
          next.markedInvalid = true;
          break;
        }
      }
      best = best();
    }
    return left;
  }

  private BlockNode best() {
    return nodes.values().stream().filter(node -> !node.invalid())
        .max(Comparator.comparing(BlockNode::work).thenComparing(node -> -node.order)).orElseThrow();
  }

  private void connect(BlockNode node) throws TxRefused {
    UtxoSet.Undo undo = new UtxoSet.Undo();
    try {
      applyAll(node.block.tx, tip(), undo);
    } catch (TxRefused e) {
      utxos.revert(undo);
      throw e;
    }
    node.undo = undo;
    active.add(node);
    node.block.tx.forEach(tx -> confirmed.put(tx.txid, node));
  }

  private List<Transaction> disconnectTip() {
    BlockNode node = active.removeLast();
    UtxoSet.Undo undo = node.undo;
    if (undo == null || active.isEmpty()) {
      throw new IllegalStateException("cannot disconnect block " + node.id());
    }
    utxos.revert(undo);
    node.undo = null;
    node.block.tx.forEach(tx -> confirmed.remove(tx.txid));
    return node.block.tx.subList(1, node.block.tx.size());
  }

  private void applyAll(List<Transaction> txs, BlockNode parent, UtxoSet.Undo undo) throws TxRefused {
    int height = parent.height + 1;
    long fees = 0;
    for (Transaction tx : txs.subList(1, txs.size())) {
      ConsensusRules.checkShape(tx);
      if (tx.isCoinbase()) {
        throw TxRefused.rule("bad-cb-multiple");
      }
      List<Coin> coins = ConsensusRules.inputs(tx, utxos);
      fees += ConsensusRules.checkAmounts(tx, coins, height);
      if (!ConsensusRules.isFinal(tx, height, parent.medianTimePast)
          || !ConsensusRules.sequenceLocksOver(tx, coins, parent)) {
        throw TxRefused.rule("bad-txns-nonfinal");
      }
      ConsensusRules.checkScripts(tx, coins);
      utxos.apply(tx, height, undo);
    }
    Transaction coinbase = txs.getFirst();
    long reward = coinbase.txOut.stream().mapToLong(output -> output.amount.toLong()).sum();
    if (reward > subsidy(height) + fees) {
      throw TxRefused.rule("bad-cb-amount");
    }
    utxos.apply(coinbase, height, undo);
  }
}
