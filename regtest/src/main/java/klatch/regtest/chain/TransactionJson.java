package klatch.regtest.chain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.acinq.bitcoin.Bitcoin;
import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxIn;
import fr.acinq.bitcoin.TxOut;
import java.util.HexFormat;

/** Transactions and scripts as Bitcoin Core shows them, assembler text and descriptors left out. */
final class TransactionJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private TransactionJson() {}

  static ObjectNode of(Transaction tx) {
    ObjectNode json = JSON.objectNode();
    json.put("txid", tx.txid.toString()).put("hash", Hashes.wtxid(tx).toString()).put("version", tx.version)
        .put("size", tx.totalSize()).put("vsize", Policy.vsize(tx)).put("weight", tx.weight())
        .put("locktime", tx.lockTime);
    ArrayNode inputs = json.putArray("vin");
    for (TxIn input : tx.txIn) {
      ObjectNode in = inputs.addObject();
      if (tx.isCoinbase()) {
        in.put("coinbase", input.signatureScript.toHex());
      } else {
        in.put("txid", input.outPoint.txid.toString()).put("vout", input.outPoint.index);
        in.putObject("scriptSig").put("hex", input.signatureScript.toHex());
      }
      if (input.getHasWitness()) {
        ArrayNode stack = in.putArray("txinwitness");
        input.witness.stack.forEach(item -> stack.add(item.toHex()));
      }
      in.put("sequence", input.sequence);
    }
    ArrayNode outputs = json.putArray("vout");
    for (int i = 0; i < tx.txOut.size(); i++) {
      TxOut output = tx.txOut.get(i);
      outputs.addObject().put("value", Amounts.btc(output.amount.toLong())).put("n", i).set("scriptPubKey",
          script(output));
    }
    json.put("hex", HexFormat.of().formatHex(Transaction.write(tx)));
    return json;
  }

  static ObjectNode script(TxOut output) {
    byte[] script = output.publicKeyScript.toByteArray();
    ObjectNode json = JSON.objectNode().put("hex", output.publicKeyScript.toHex());
    String address = Bitcoin.addressFromPublicKeyScript(Block.RegtestGenesisBlock.hash, script).getRight();
    if (address != null) {
      json.put("address", address);
    }
    return json.put("type", OutputType.of(script).coreName());
  }
}
