package klatch.lightning.chain;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Transaction;

/** Whether a block's bytes are those that its header speaks of. */
final class BlockCheck {
  private static final int LAST_SMALL_NUMBER = 16;
  private static final int OP_1 = 0x51;
  private static final int MOST_HEIGHT_BYTES = 4;

  private BlockCheck() {}

  /** What is wrong with the block that somebody gave for this hash. */
  static Optional<String> wrong(String hash, byte[] block) {
    if (block.length <= BlockHeader.BYTES || !BlockHeader.ofBlock(block).hash().equals(hash)) {
      return Optional.of("asked for block " + hash + " it gave another one");
    }
    List<Transaction> transactions;
    try {
      transactions = transactions(block);
    } catch (RuntimeException e) {
      return Optional.of("what it gave for block " + hash + " cannot be read");
    }
    List<byte[]> ids = new ArrayList<>();
    for (Transaction transaction : transactions) {
      ids.add(transaction.getTxId().serialize());
    }
    // A list whose end is repeated has the same root (CVE-2012-2459).
    boolean repeated = new HashSet<>(transactions.stream().map(Transaction::getTxId).toList()).size() < ids.size();
    if (ids.isEmpty() || repeated || !BlockHeader.shown(root(ids)).equals(BlockHeader.ofBlock(block).merkleRoot())) {
      return Optional.of("the transactions that it gave for block " + hash + " are not those of that block");
    }
    return Optional.empty();
  }

  private static List<Transaction> transactions(byte[] block) {
    List<Transaction> transactions = Block.read(ByteBuffer.wrap(block)).getTransactions();
    return transactions == null ? List.of() : transactions;
  }

  private static byte[] root(List<byte[]> hashes) {
    List<byte[]> level = hashes;
    while (level.size() > 1) {
      List<byte[]> above = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        byte[] left = level.get(i);
        byte[] right = level.get(Math.min(i + 1, level.size() - 1));
        above.add(
            BlockHeader.doubleSha256(ByteBuffer.allocate(left.length + right.length).put(left).put(right).array()));
      }
      level = above;
    }
    return level.getFirst();
  }

  /** The height that a block's first transaction names (BIP 34); empty if it names none. */
  static Optional<Integer> height(byte[] block) {
    byte[] script = transactions(block).getFirst().getInput(0).getScriptBytes();
    int first = script.length == 0 ? 0 : script[0] & 0xff;
    if (first >= OP_1 && first < OP_1 + LAST_SMALL_NUMBER) {
      return Optional.of(first - OP_1 + 1);
    }
    if (first < 1 || first > MOST_HEIGHT_BYTES || script.length <= first) {
      return Optional.empty();
    }
    int height = 0;
    for (int i = first; i >= 1; i--) {
      height = (height << Byte.SIZE) | (script[i] & 0xff);
    }
    return Optional.of(height);
  }
}
