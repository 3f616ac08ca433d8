package klatch.regtest.chain;

import fr.acinq.bitcoin.ByteVector;
import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxIn;
import fr.acinq.bitcoin.TxOut;
import java.util.List;

/** What the mempool refuses although a block might hold it (Bitcoin Core's standardness rules). Pure. */
final class Policy {
  static final int MAX_TX_WEIGHT = 400_000;
  static final int MIN_TX_NONWITNESS_BYTES = 65;
  static final int MAX_SCRIPTSIG_BYTES = 1_650;

  /** Script bytes of an OP_RETURN output, the opcode included. */
  static final int MAX_DATA_CARRIER_BYTES = 83;

  static final long MIN_RELAY_SAT_PER_KVB = 1_000;
  static final long INCREMENTAL_RELAY_SAT_PER_KVB = 1_000;
  static final long DUST_RELAY_SAT_PER_KVB = 3_000;
  static final int MAX_CHAIN_TXS = 25;
  static final int MAX_REPLACED_TXS = 100;

  private static final int MAX_VERSION = 2;
  private static final int WITNESS_INPUT_BYTES = 67;
  private static final int LEGACY_INPUT_BYTES = 148;
  private static final int P2WSH_MAX_SCRIPT_BYTES = 3_600;
  private static final int P2WSH_MAX_STACK_ITEMS = 100;
  private static final int P2WSH_MAX_ITEM_BYTES = 80;

  private Policy() {}

  static int vsize(Transaction tx) {
    return (tx.weight() + 3) / 4;
  }

  /** The fee of a transaction of this size at this rate, as Core rounds it: up. */
  static long fee(long satPerKvb, int vsize) {
    return Math.ceilDiv(satPerKvb * vsize, 1_000L);
  }

  static void checkStandard(Transaction tx) throws TxRefused {
    if (tx.version < 1 || tx.version > MAX_VERSION) {
      throw TxRefused.rule("version");
    }
    if (tx.weight() > MAX_TX_WEIGHT) {
      throw TxRefused.rule("tx-size");
    }
    for (TxIn input : tx.txIn) {
      if (input.signatureScript.size() > MAX_SCRIPTSIG_BYTES) {
        throw TxRefused.rule("scriptsig-size");
      }
      if (!pushOnly(input.signatureScript.toByteArray())) {
        throw TxRefused.rule("scriptsig-not-pushonly");
      }
    }
    int carriers = 0;
    for (TxOut output : tx.txOut) {
      byte[] script = output.publicKeyScript.toByteArray();
      OutputType type = OutputType.of(script);
      if (type == OutputType.DATA) {
        carriers++;
      }
      if (type == OutputType.NONSTANDARD || (type == OutputType.DATA && script.length > MAX_DATA_CARRIER_BYTES)) {
        throw TxRefused.rule("scriptpubkey");
      }
      if (output.amount.toLong() < dustLimit(output)) {
        throw TxRefused.rule("dust");
      }
    }
    if (carriers > 1) {
      throw TxRefused.rule("multi-op-return");
    }
    if (tx.baseSize() < MIN_TX_NONWITNESS_BYTES) {
      throw TxRefused.rule("tx-size-small");
    }
  }

  /** The smallest amount that is worth spending again at the dust rate; 0 for what cannot be spent. */
  static long dustLimit(TxOut output) {
    if (!UtxoSet.spendable(output)) {
      return 0;
    }
    byte[] script = output.publicKeyScript.toByteArray();
    int spend = Script.isNativeWitnessScript(output.publicKeyScript) ? WITNESS_INPUT_BYTES : LEGACY_INPUT_BYTES;
    int lengthBytes = script.length < 0xfd ? 1 : 3;
    return (Long.BYTES + lengthBytes + script.length + spend) * DUST_RELAY_SAT_PER_KVB / 1_000;
  }

  static void checkInputs(Transaction tx, List<Coin> coins) throws TxRefused {
    for (int i = 0; i < coins.size(); i++) {
      byte[] script = coins.get(i).output().publicKeyScript.toByteArray();
      if (OutputType.of(script) == OutputType.NONSTANDARD) {
        throw TxRefused.rule("bad-txns-nonstandard-inputs");
      }
      List<ByteVector> stack = tx.txIn.get(i).witness.stack;
      if (Script.isPay2wsh(script) && !stack.isEmpty()) {
        boolean small = stack.getLast().size() <= P2WSH_MAX_SCRIPT_BYTES && stack.size() - 1 <= P2WSH_MAX_STACK_ITEMS
            && stack.subList(0, stack.size() - 1).stream().allMatch(item -> item.size() <= P2WSH_MAX_ITEM_BYTES);
        if (!small) {
          throw TxRefused.rule("bad-witness-nonstandard");
        }
      }
    }
  }

  private static boolean pushOnly(byte[] script) {
    try {
      return Script.isPushOnly(Script.parse(script));
    } catch (RuntimeException e) {
      // The parser throws unchecked exceptions on a script that ends within a push.
      return false;
    }
  }
}
