package klatch.lightning;

import org.bitcoinj.base.BitcoinNetwork;

/** The Bitcoin network that a node lives on. */
public enum Network {
  REGTEST("regtest", BitcoinNetwork.REGTEST), SIGNET("signet", BitcoinNetwork.SIGNET), MAINNET("mainnet",
      BitcoinNetwork.MAINNET);

  private final String word;
  private final BitcoinNetwork bitcoinj;

  Network(String word, BitcoinNetwork bitcoinj) {
    this.word = word;
    this.bitcoinj = bitcoinj;
  }

  /** The name in the border's configuration. */
  String word() {
    return word;
  }

  BitcoinNetwork bitcoinj() {
    return bitcoinj;
  }
}
