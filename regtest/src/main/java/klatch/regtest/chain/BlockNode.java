package klatch.regtest.chain;

import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.BlockId;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A block in the tree of all blocks ever seen. The mutable marks are guarded by the ledger's lock. */
final class BlockNode {
  /** Every regtest block proves the same work: its target is met by every second hash. */
  static final BigInteger WORK_PER_BLOCK = BigInteger.TWO;

  private static final int MEDIAN_TIME_SPAN = 11;

  final Block block;
  final @Nullable BlockNode parent;
  final int height;
  final long medianTimePast;

  /** Set by invalidateblock on this very block; its descendants are invalid by their ancestor. */
  boolean markedInvalid;

  /** Of two chains with the same work the one whose last block came first stays active. */
  final long order;

  UtxoSet.@Nullable Undo undo;

  BlockNode(Block block, @Nullable BlockNode parent, long order) {
    this.block = block;
    this.parent = parent;
    this.height = parent == null ? 0 : parent.height + 1;
    this.order = order;
    this.medianTimePast = median();
  }

  BlockId id() {
    return block.blockId;
  }

  BigInteger work() {
    return WORK_PER_BLOCK.multiply(BigInteger.valueOf(height + 1L));
  }

  boolean invalid() {
    for (BlockNode node = this; node != null; node = node.parent) {
      if (node.markedInvalid) {
        return true;
      }
    }
    return false;
  }

  BlockNode ancestor(int wantedHeight) {
    BlockNode node = this;
    while (node.height > wantedHeight) {
      BlockNode parentNode = node.parent;
      if (parentNode == null) {
        throw new IllegalArgumentException("no ancestor at height " + wantedHeight);
      }
      node = parentNode;
    }
    return node;
  }

  private long median() {
    long[] times = new long[MEDIAN_TIME_SPAN];
    int count = 0;
    for (BlockNode node = this; node != null && count < times.length; node = node.parent) {
      times[count++] = node.block.header.time;
    }
    Arrays.sort(times, 0, count);
    return times[count / 2];
  }
}
