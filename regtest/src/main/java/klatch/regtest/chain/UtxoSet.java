package klatch.regtest.chain;

import fr.acinq.bitcoin.ByteVector;
import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import fr.acinq.bitcoin.TxIn;
import fr.acinq.bitcoin.TxOut;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The unspent outputs of the active chain. Guarded by the ledger's lock. */
final class UtxoSet implements CoinView {
  /** Longer scripts can never be spent (consensus), so their outputs are not kept. */
  private static final int MAX_SCRIPT_BYTES = 10_000;

  private static final int OP_RETURN = 0x6a;

  private final Map<OutPoint, Coin> coins = new HashMap<>();

  @Override
  public @Nullable Coin coin(OutPoint outPoint) {
    return coins.get(outPoint);
  }

  /** True if any output of the transaction is unspent on the chain. */
  boolean anyOf(Transaction tx) {
    for (int i = 0; i < tx.txOut.size(); i++) {
      if (coins.containsKey(new OutPoint(tx.txid, i))) {
        return true;
      }
    }
    return false;
  }

  /** The coins with this output script, in no order. */
  List<Map.Entry<OutPoint, Coin>> ownedBy(byte[] script) {
    ByteVector wanted = new ByteVector(script);
    return coins.entrySet().stream()
        .filter(entry -> entry.getValue().output().publicKeyScript.equals(wanted)).<Map.Entry<OutPoint, Coin>>map(
            Map.Entry::copyOf)
        .toList();
  }

  int size() {
    return coins.size();
  }

  /** Spends the inputs and adds the outputs; what it did is noted in {@code undo}. */
  void apply(Transaction tx, int height, Undo undo) {
    boolean coinbase = tx.isCoinbase();
    if (!coinbase) {
      for (TxIn input : tx.txIn) {
        Coin coin = coins.remove(input.outPoint);
        if (coin == null) {
          throw new IllegalStateException("input checked but not there: " + input.outPoint);
        }
        undo.spent.add(Map.entry(input.outPoint, coin));
      }
    }
    TxId txid = tx.txid;
    for (int i = 0; i < tx.txOut.size(); i++) {
      TxOut output = tx.txOut.get(i);
      if (spendable(output)) {
        OutPoint outPoint = new OutPoint(txid, i);
        coins.put(outPoint, new Coin(output, height, coinbase));
        undo.created.add(outPoint);
      }
    }
  }

  /** Takes back everything noted: outputs made and spent within the same block end up gone. */
  void revert(Undo undo) {
    undo.spent.forEach(spent -> coins.put(spent.getKey(), spent.getValue()));
    undo.created.forEach(coins::remove);
  }

  static boolean spendable(TxOut output) {
    byte[] script = output.publicKeyScript.toByteArray();
    return script.length <= MAX_SCRIPT_BYTES && (script.length == 0 || script[0] != OP_RETURN);
  }

  /** What one block changed. */
  static final class Undo {
    private final List<Map.Entry<OutPoint, Coin>> spent = new ArrayList<>();
    private final List<OutPoint> created = new ArrayList<>();
  }
}
