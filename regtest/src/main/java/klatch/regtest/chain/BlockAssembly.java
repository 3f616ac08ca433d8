package klatch.regtest.chain;

import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.BlockHeader;
import fr.acinq.bitcoin.ByteVector;
import fr.acinq.bitcoin.ByteVector32;
import fr.acinq.bitcoin.Crypto;
import fr.acinq.bitcoin.MerkleTree;
import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.Satoshi;
import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.ScriptWitness;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxHash;
import fr.acinq.bitcoin.TxIn;
import fr.acinq.bitcoin.TxOut;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Builds a block on a parent: coinbase (BIP 34), witness commitment (BIP 141), proof of work for regtest's target. */
final class BlockAssembly {
  static final long REGTEST_BITS = 0x207fffffL;

  /** BIP 9: the top bits of a version that signals nothing. */
  private static final long VERSION = 0x20000000L;

  private static final byte[] WITNESS_COMMITMENT_HEADER = {0x6a, 0x24, (byte) 0xaa, 0x21, (byte) 0xa9, (byte) 0xed};
  private static final int EXTRA_NONCE_BYTES = 8;
  private static final long MAX_SEQUENCE = 0xffffffffL;
  private static final int OP_1 = 0x51;
  private static final int LAST_SMALL_NUMBER = 16;

  private BlockAssembly() {}

  /**
   * @param txs        parents before children
   * @param extraNonce makes the coinbase unlike any other, also unlike one of a block that was invalidated
   */
  static Block assemble(BlockNode parent, byte[] coinbaseScript, List<Transaction> txs, long fees, long timeSeconds,
      long extraNonce) {
    int height = parent.height + 1;
    Transaction coinbase = coinbase(height, coinbaseScript, BlockTree.subsidy(height) + fees, witnessCommitment(txs),
        extraNonce);
    List<Transaction> all = new ArrayList<>(txs.size() + 1);
    all.add(coinbase);
    all.addAll(txs);
    ByteVector32 root = MerkleTree.computeRoot(all.stream().map(tx -> tx.hash.value).toList());
    long time = Math.max(timeSeconds, parent.medianTimePast + 1);
    BlockHeader header = new BlockHeader(VERSION, parent.block.hash, root, time, REGTEST_BITS, 0);
    while (!header.checkProofOfWork()) {
      header = header.setNonce(header.nonce + 1);
    }
    return new Block(header, all);
  }

  private static Transaction coinbase(int height, byte[] script, long sat, byte[] commitment, long extraNonce) {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    if (height <= LAST_SMALL_NUMBER) {
      input.write(OP_1 - 1 + height);
    } else {
      ByteVector number = Script.encodeNumber(height);
      input.write(number.size());
      input.writeBytes(number.toByteArray());
    }
    input.write(EXTRA_NONCE_BYTES);
    for (int i = 0; i < EXTRA_NONCE_BYTES; i++) {
      input.write((int) (extraNonce >>> (Byte.SIZE * i)));
    }
    ScriptWitness reserved = new ScriptWitness(List.of(new ByteVector(new byte[32])));
    TxIn in = new TxIn(new OutPoint(new TxHash(new byte[32]), MAX_SEQUENCE), new ByteVector(input.toByteArray()),
        MAX_SEQUENCE, reserved);
    return new Transaction(2, List.of(in),
        List.of(new TxOut(new Satoshi(sat), script), new TxOut(new Satoshi(0), commitment)), 0);
  }

  private static byte[] witnessCommitment(List<Transaction> txs) {
    List<ByteVector32> hashes = new ArrayList<>(txs.size() + 1);
    hashes.add(new ByteVector32(new byte[32]));
    txs.forEach(tx -> hashes.add(Hashes.witnessHash(tx)));
    ByteArrayOutputStream preimage = new ByteArrayOutputStream();
    preimage.writeBytes(MerkleTree.computeRoot(hashes).toByteArray());
    preimage.writeBytes(new byte[32]);
    ByteArrayOutputStream script = new ByteArrayOutputStream();
    script.writeBytes(WITNESS_COMMITMENT_HEADER);
    script.writeBytes(Crypto.hash256(preimage.toByteArray()));
    return script.toByteArray();
  }
}
