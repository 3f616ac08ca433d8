package klatch.lightning;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.crypto.ChildNumber;
import org.bitcoinj.crypto.DeterministicKey;
import org.bitcoinj.crypto.HDKeyDerivation;
import org.bitcoinj.script.ScriptBuilder;

/**
 * The wallet's keys: BIP 84 paths from the seed. Key index i is the receiving key i; two negative indexes stand for
 * change and sweeps, one key each on the change branch. Not thread-safe: the wallet guards it.
 */
final class WalletKeys {
  /** Receiving scripts watched beyond those given out, for addresses given out by an earlier copy of the state. */
  private static final int LOOKAHEAD = 20;
  private static final int CHANGE_INDEX = -1;
  private static final int SWEEP_INDEX = -2;
  private static final int BIP84_PURPOSE = 84;
  private static final int COIN_BITCOIN = 0;
  private static final int COIN_TEST = 1;

  private final Network network;
  private final DeterministicKey receiving;
  private final DeterministicKey internal;
  private final Map<String, Integer> indexByScript = new HashMap<>();
  private int watched;

  WalletKeys(Network network, Seed seed) {
    this.network = network;
    DeterministicKey account = HDKeyDerivation.createMasterPrivateKey(seed.bytes());
    int coin = network == Network.MAINNET ? COIN_BITCOIN : COIN_TEST;
    for (int step : new int[]{BIP84_PURPOSE, coin, 0}) {
      account = HDKeyDerivation.deriveChildKey(account, new ChildNumber(step, true));
    }
    this.receiving = HDKeyDerivation.deriveChildKey(account, ChildNumber.ZERO);
    this.internal = HDKeyDerivation.deriveChildKey(account, ChildNumber.ONE);
    watch(CHANGE_INDEX);
    watch(SWEEP_INDEX);
  }

  /** Watches the receiving scripts up to this one and some more. */
  void watchReceiving(int next) {
    while (watched < next + LOOKAHEAD) {
      watch(watched++);
    }
  }

  private void watch(int index) {
    indexByScript.put(HexFormat.of().formatHex(script(index)), index);
  }

  DeterministicKey key(int index) {
    return index < 0
        ? HDKeyDerivation.deriveChildKey(internal, new ChildNumber(-1 - index))
        : HDKeyDerivation.deriveChildKey(receiving, new ChildNumber(index));
  }

  String address(int index) {
    return key(index).toAddress(ScriptType.P2WPKH, network.bitcoinj()).toString();
  }

  byte[] changeScript() {
    return script(CHANGE_INDEX);
  }

  byte[] sweepScript() {
    return script(SWEEP_INDEX);
  }

  private byte[] script(int index) {
    return ScriptBuilder.createP2WPKHOutputScript(key(index)).program();
  }

  Optional<Integer> indexOf(byte[] script) {
    return Optional.ofNullable(indexByScript.get(HexFormat.of().formatHex(script)));
  }
}
