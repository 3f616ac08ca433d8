package klatch.lightning;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.exceptions.AddressFormatException;
import org.bitcoinj.crypto.ChildNumber;
import org.bitcoinj.crypto.DeterministicKey;
import org.bitcoinj.crypto.HDKeyDerivation;
import org.bitcoinj.script.Script;
import org.bitcoinj.script.ScriptBuilder;

/**
 * The wallet's keys: BIP 84 paths from the words' root. Key index i is the receiving key i; two negative indexes stand for
 * change and sweeps, one key each on the change branch; those from -1000 down, for what peers leave us when they close
 * channels that this node has lost. Not thread-safe: the wallet guards it.
 */
final class WalletKeys {
  /** Receiving scripts watched beyond those given out, for addresses given out by an earlier copy of the state. */
  private static final int LOOKAHEAD = 20;
  private static final int CHANGE_INDEX = -1;
  private static final int SWEEP_INDEX = -2;
  private static final int BIP84_PURPOSE = 84;
  private static final int FIRST_CLOSED_INDEX = -1_000;
  /** LDK pays to one of so many keys when a peer closes a channel (KeysManager, STATIC_PAYMENT_KEY_COUNT). */
  private static final int CLOSED_KEYS = 1_000;
  /** The branch of those keys under LDK's own root, which is the bare seed. */
  private static final int CLOSED_BRANCH = 8;
  private static final int COIN_BITCOIN = 0;
  private static final int COIN_TEST = 1;

  private final Network network;
  private final DeterministicKey receiving;
  private final DeterministicKey internal;
  private final DeterministicKey closed;
  private final Map<String, Integer> indexByScript = new HashMap<>();
  private int watched;

  WalletKeys(Network network, Seed seed) {
    this(network, seed.walletRoot(), seed.bytes());
  }

  /** @param root what BIP 39 makes of the words; {@code channels} is the root of LDK's keys */
  WalletKeys(Network network, byte[] root, byte[] channels) {
    this.network = network;
    this.closed = HDKeyDerivation.deriveChildKey(HDKeyDerivation.createMasterPrivateKey(channels),
        new ChildNumber(CLOSED_BRANCH, true));
    DeterministicKey account = HDKeyDerivation.createMasterPrivateKey(root);
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

  /** Watches what peers leave us when they close channels of a node that lost everything but its seed: about a second. */
  void watchClosed() {
    for (int i = 0; i < CLOSED_KEYS; i++) {
      watch(FIRST_CLOSED_INDEX - i);
    }
  }

  private void watch(int index) {
    indexByScript.put(HexFormat.of().formatHex(script(index)), index);
  }

  DeterministicKey key(int index) {
    if (index <= FIRST_CLOSED_INDEX) {
      return HDKeyDerivation.deriveChildKey(closed, new ChildNumber(FIRST_CLOSED_INDEX - index, true));
    }
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

  /** What pays to an address that somebody typed. @throws IllegalArgumentException if it is none of this network */
  Script scriptOf(String address) {
    try {
      Address parsed = AddressParser.getDefault(network.bitcoinj()).parseAddress(address);
      if (parsed.network() != network.bitcoinj()) {
        throw new IllegalArgumentException(address + " is an address of " + parsed.network().id());
      }
      return ScriptBuilder.createOutputScript(parsed);
    } catch (AddressFormatException e) {
      throw new IllegalArgumentException("not an address of " + network.label() + ": " + address, e);
    }
  }

  private byte[] script(int index) {
    return ScriptBuilder.createP2WPKHOutputScript(key(index)).program();
  }

  Optional<Integer> indexOf(byte[] script) {
    return Optional.ofNullable(indexByScript.get(HexFormat.of().formatHex(script)));
  }
}
