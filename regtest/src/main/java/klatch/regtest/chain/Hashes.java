package klatch.regtest.chain;

import fr.acinq.bitcoin.ByteVector32;
import fr.acinq.bitcoin.Crypto;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxHash;
import fr.acinq.bitcoin.TxId;

/** Hashes of whole transactions, witness included (BIP 141). */
final class Hashes {
  private Hashes() {}

  static TxId wtxid(Transaction tx) {
    return new TxId(new TxHash(witnessHash(tx)));
  }

  /** In the order of bytes in which it is hashed again. */
  static ByteVector32 witnessHash(Transaction tx) {
    return new ByteVector32(Crypto.hash256(Transaction.write(tx)));
  }
}
