package klatch.regtest.chain;

import fr.acinq.bitcoin.ByteVector;
import fr.acinq.bitcoin.ByteVector32;
import fr.acinq.bitcoin.Crypto;
import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.PrivateKey;
import fr.acinq.bitcoin.Satoshi;
import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.ScriptElt;
import fr.acinq.bitcoin.ScriptWitness;
import fr.acinq.bitcoin.SigHash;
import fr.acinq.bitcoin.SigVersion;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxIn;
import fr.acinq.bitcoin.TxOut;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A transaction in the making that spends coins of one test key (P2WPKH). */
final class Draft {
  static final PrivateKey KEY = key("klatch test purse");
  static final byte[] SCRIPT = Script.write(Script.pay2wpkh(KEY.publicKey()));
  static final long FINAL = 0xffffffffL;

  /** Not final, replaceable, no relative lock. */
  static final long RBF = 0xfffffffdL;

  private final List<Purse> coins = new ArrayList<>();
  private final List<Long> sequences = new ArrayList<>();
  private final List<TxOut> outputs = new ArrayList<>();
  private long version = 2;
  private long lockTime;
  private PrivateKey key = KEY;

  /** A coin of the test key. */
  record Purse(OutPoint outPoint, long sat) {
    static Purse of(Transaction tx, int index) {
      return new Purse(new OutPoint(tx, index), tx.txOut.get(index).amount.toLong());
    }
  }

  static PrivateKey key(String seed) {
    return new PrivateKey(new ByteVector32(Crypto.sha256(seed.getBytes(StandardCharsets.US_ASCII))));
  }

  Draft in(Purse coin, long sequence) {
    coins.add(coin);
    sequences.add(sequence);
    return this;
  }

  Draft in(Purse coin) {
    return in(coin, RBF);
  }

  Draft out(byte[] script, long sat) {
    outputs.add(new TxOut(new Satoshi(sat), script));
    return this;
  }

  Draft out(List<? extends ScriptElt> script, long sat) {
    return out(Script.write(script), sat);
  }

  /** The rest less the fee goes back to the test key. */
  Draft change(long fee) {
    long in = coins.stream().mapToLong(Purse::sat).sum();
    return out(SCRIPT, in - fee - outputs.stream().mapToLong(output -> output.amount.toLong()).sum());
  }

  Draft version(long wanted) {
    version = wanted;
    return this;
  }

  Draft lockTime(long wanted) {
    lockTime = wanted;
    return this;
  }

  Draft signedBy(PrivateKey other) {
    key = other;
    return this;
  }

  Transaction unsigned() {
    List<TxIn> inputs = new ArrayList<>();
    for (int i = 0; i < coins.size(); i++) {
      inputs.add(new TxIn(coins.get(i).outPoint(), sequences.get(i)));
    }
    return new Transaction(version, inputs, List.copyOf(outputs), lockTime);
  }

  Transaction signed() {
    Transaction tx = unsigned();
    for (int i = 0; i < coins.size(); i++) {
      tx = tx.updateWitness(i, Script.witnessPay2wpkh(KEY.publicKey(), signature(tx, i, key)));
    }
    return tx;
  }

  private ByteVector signature(Transaction tx, int i, PrivateKey signer) {
    return new ByteVector(tx.signInput(i, Script.pay2pkh(KEY.publicKey()), SigHash.SIGHASH_ALL,
        new Satoshi(coins.get(i).sat()), SigVersion.SIGVERSION_WITNESS_V0, signer));
  }

  /** The signature of a P2WSH input. */
  static ByteVector witnessScriptSignature(Transaction tx, int input, List<? extends ScriptElt> script, long sat) {
    return new ByteVector(tx.signInput(input, script, SigHash.SIGHASH_ALL, new Satoshi(sat),
        SigVersion.SIGVERSION_WITNESS_V0, KEY));
  }

  static ScriptWitness witness(List<? extends ScriptElt> script, byte[]... items) {
    List<ByteVector> stack = new ArrayList<>();
    for (byte[] item : items) {
      stack.add(new ByteVector(item));
    }
    stack.add(new ByteVector(Script.write(script)));
    return new ScriptWitness(stack);
  }

  static String hex(Transaction tx) {
    return HexFormat.of().formatHex(Transaction.write(tx));
  }
}
