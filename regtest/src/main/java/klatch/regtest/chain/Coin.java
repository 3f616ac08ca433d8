package klatch.regtest.chain;

import fr.acinq.bitcoin.TxOut;

/** An unspent output and where it was made: a coin of the mempool has the height of the next block. */
record Coin(TxOut output, int height, boolean coinbase) {
  long sat() {
    return output.amount.toLong();
  }
}
