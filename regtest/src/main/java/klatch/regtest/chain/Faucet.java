package klatch.regtest.chain;

import fr.acinq.bitcoin.Bitcoin;
import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.ByteVector;
import fr.acinq.bitcoin.ByteVector32;
import fr.acinq.bitcoin.Crypto;
import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.PrivateKey;
import fr.acinq.bitcoin.PublicKey;
import fr.acinq.bitcoin.Satoshi;
import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.ScriptElt;
import fr.acinq.bitcoin.SigHash;
import fr.acinq.bitcoin.SigVersion;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxIn;
import fr.acinq.bitcoin.TxOut;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The embedded chain's own purse: its key gets the coinbases, and pays out of them. Guarded by the chain's lock. */
final class Faucet {
  private static final long SAT_PER_VBYTE = 2;
  private static final int OVERHEAD_VBYTES = 11;
  private static final int INPUT_VBYTES = 68;
  private static final int OWN_OUTPUT_VBYTES = 31;

  /** Change below this stays with the miner. */
  private static final long LEAST_CHANGE_SAT = 1_000;

  private static final long RBF_SEQUENCE = 0xfffffffdL;

  private final Ledger ledger;
  private final PrivateKey key;
  private final byte[] script;

  Faucet(Ledger ledger) {
    this.ledger = ledger;
    // Regtest coins are worth nothing: the key may as well be known to everybody.
    this.key = new PrivateKey(
        new ByteVector32(Crypto.sha256("klatch regtest faucet".getBytes(StandardCharsets.US_ASCII))));
    this.script = Script.write(Script.pay2wpkh(key.publicKey()));
  }

  byte[] script() {
    return script.clone();
  }

  /** Signs a payment to all of them, unconfirmed change being spent last; fails with a message if too poor. */
  Transaction pay(List<Chain.Payout> payouts) {
    if (payouts.isEmpty()) {
      throw new IllegalArgumentException("nobody to pay");
    }
    List<TxOut> outputs = new ArrayList<>();
    int vbytes = OVERHEAD_VBYTES + OWN_OUTPUT_VBYTES;
    long wanted = 0;
    for (Chain.Payout payout : payouts) {
      TxOut output = new TxOut(new Satoshi(payout.sat()), scriptOf(payout.address()));
      outputs.add(output);
      vbytes += output.totalSize();
      wanted += payout.sat();
    }
    List<Map.Entry<OutPoint, Coin>> chosen = new ArrayList<>();
    long in = 0;
    for (Map.Entry<OutPoint, Coin> coin : spendable()) {
      if (in >= wanted + vbytes * SAT_PER_VBYTE) {
        break;
      }
      chosen.add(coin);
      in += coin.getValue().sat();
      vbytes += INPUT_VBYTES;
    }
    long change = in - wanted - vbytes * SAT_PER_VBYTE;
    if (change < 0) {
      throw new IllegalStateException("the faucet has " + in + " sat that can be spent, " + wanted
          + " sat and fees were asked for: mine more blocks");
    }
    if (change >= LEAST_CHANGE_SAT) {
      outputs.add(new TxOut(new Satoshi(change), script));
    }
    return sign(chosen, outputs);
  }

  /** The output script of a regtest address; anything else is an {@link IllegalArgumentException}. */
  static byte[] scriptOf(String address) {
    List<ScriptElt> script = Bitcoin.addressToPublicKeyScript(Block.RegtestGenesisBlock.hash, address).getRight();
    if (script == null) {
      throw new IllegalArgumentException("not a regtest address: " + address);
    }
    return Script.write(script);
  }

  private List<Map.Entry<OutPoint, Coin>> spendable() {
    int nextHeight = ledger.tree().tip().height + 1;
    Mempool mempool = ledger.mempool();
    List<Map.Entry<OutPoint, Coin>> coins = new ArrayList<>(ledger.tree().utxos().ownedBy(script));
    coins.removeIf(coin -> coin.getValue().coinbase()
        && nextHeight - coin.getValue().height() < ConsensusRules.COINBASE_MATURITY);
    coins.sort(Comparator.comparingLong(coin -> -coin.getValue().sat()));
    for (Mempool.Entry entry : mempool.entries()) {
      for (int i = 0; i < entry.tx().txOut.size(); i++) {
        TxOut output = entry.tx().txOut.get(i);
        if (output.publicKeyScript.equals(new ByteVector(script))) {
          coins.add(Map.entry(new OutPoint(entry.txid(), i), new Coin(output, nextHeight, false)));
        }
      }
    }
    coins.removeIf(coin -> mempool.spender(coin.getKey()) != null);
    return coins;
  }

  private Transaction sign(List<Map.Entry<OutPoint, Coin>> coins, List<TxOut> outputs) {
    List<TxIn> inputs = coins.stream().map(coin -> new TxIn(coin.getKey(), RBF_SEQUENCE)).toList();
    Transaction tx = new Transaction(2, inputs, outputs, 0);
    PublicKey publicKey = key.publicKey();
    for (int i = 0; i < coins.size(); i++) {
      byte[] signature = tx.signInput(i, Script.pay2pkh(publicKey), SigHash.SIGHASH_ALL,
          coins.get(i).getValue().output().amount, SigVersion.SIGVERSION_WITNESS_V0, key);
      tx = tx.updateWitness(i, Script.witnessPay2wpkh(publicKey, new ByteVector(signature)));
    }
    return tx;
  }
}
