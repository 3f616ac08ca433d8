package klatch.lightning;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import klatch.commitments.LightningException;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionOutPoint;
import org.bitcoinj.core.TransactionWitness;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.crypto.TransactionSignature;
import org.bitcoinj.script.ScriptBuilder;

/**
 * The coins that pay for closing anchor channels. Each is bound to the claim that it was last signed for, stored before the
 * signature is given out; so neither another claim nor a payment takes it, also after a restart. Guarded by the wallet.
 */
final class FeeCoins {
  /**
   * A claim is repeated twice a minute and after blocks; one that has been silent for so many blocks is settled, or lost to
   * the peer's own closing.
   */
  private static final int SILENT_BLOCKS = 36;

  private final WalletKeys keys;
  private final WalletStore store;

  FeeCoins(WalletKeys keys, WalletStore store) {
    this.keys = keys;
    this.store = store;
  }

  /** A coin and the hash of the key that it is paid to, 20 bytes as hex. */
  record Offered(WalletStore.Outpoint outpoint, long valueSat, String keyHash) {}

  /**
   * @param changeScript as hex
   * @param own    coins that this claim has used before
   * @param free   coins that nobody uses
   * @param shared coins that other claims use, for when nothing else is enough
   */
  record Offer(String changeScript, List<Offered> own, List<Offered> free, List<Offered> shared) {}

  /** The coins that claims use now. */
  Set<WalletStore.Outpoint> bound(int height) {
    return claims(height).keySet();
  }

  private Map<WalletStore.Outpoint, String> claims(int height) {
    return store.bumps().stream().filter(bump -> bump.height() > height - SILENT_BLOCKS)
        .collect(Collectors.toMap(WalletStore.Bump::outpoint, WalletStore.Bump::claim));
  }

  /** @param confirmed the wallet's coins in blocks that no payment spends */
  Offer offer(String claim, int height, List<WalletStore.OwnCoin> confirmed) {
    Map<WalletStore.Outpoint, String> claims = claims(height);
    List<Offered> own = new ArrayList<>();
    List<Offered> free = new ArrayList<>();
    List<Offered> shared = new ArrayList<>();
    for (WalletStore.OwnCoin coin : confirmed) {
      String user = claims.get(coin.outpoint());
      (user == null ? free : user.equals(claim) ? own : shared).add(
          new Offered(coin.outpoint(), coin.valueSat(),
              HexFormat.of().formatHex(keys.key(coin.keyIndex()).getPubKeyHash())));
    }
    return new Offer(HexFormat.of().formatHex(keys.changeScript()), own, free, shared);
  }

  /**
   * Signs the inputs that are the wallet's, and leaves the others.
   *
   * @throws LightningException if none is, or one is not to be spent
   */
  byte[] sign(String claim, int height, byte[] unsigned, List<WalletStore.OwnCoin> confirmed) {
    Map<WalletStore.Outpoint, WalletStore.OwnCoin> known = new HashMap<>();
    confirmed.forEach(coin -> known.put(coin.outpoint(), coin));
    Transaction transaction = Transaction.read(ByteBuffer.wrap(unsigned));
    List<WalletStore.Outpoint> used = transaction.getInputs().stream().map(input -> outpoint(input.getOutpoint()))
        .filter(known::containsKey).toList();
    if (used.isEmpty()) {
      throw new LightningException("no coin of the wallet that may be spent is in the transaction for " + claim, true);
    }
    store.bump(claim, height, used);
    for (int i = 0; i < transaction.getInputs().size(); i++) {
      WalletStore.OwnCoin coin = known.get(outpoint(transaction.getInput(i).getOutpoint()));
      if (coin != null) {
        signInput(transaction, i, keys.key(coin.keyIndex()), coin.valueSat());
      }
    }
    return transaction.serialize();
  }

  /** Signs one P2WPKH input. */
  static void signInput(Transaction transaction, int input, ECKey key, long valueSat) {
    TransactionSignature signature = transaction.calculateWitnessSignature(input, key,
        ScriptBuilder.createP2PKHOutputScript(key), Coin.valueOf(valueSat), Transaction.SigHash.ALL, false);
    transaction.replaceInput(input,
        transaction.getInput(input).withWitness(TransactionWitness.redeemP2WPKH(signature, key)));
  }

  static WalletStore.Outpoint outpoint(TransactionOutPoint outpoint) {
    return new WalletStore.Outpoint(outpoint.hash().toString(), (int) outpoint.index());
  }
}
