package klatch.lightning;

import java.util.Locale;
import org.bitcoinj.base.BitcoinNetwork;

/** The Bitcoin network that a node lives on. */
public enum Network {
  REGTEST(BitcoinNetwork.REGTEST), SIGNET(BitcoinNetwork.SIGNET), MAINNET(BitcoinNetwork.MAINNET);

  private final BitcoinNetwork bitcoinj;

  Network(BitcoinNetwork bitcoinj) {
    this.bitcoinj = bitcoinj;
  }

  /**
   * Reads the name as a person types it.
   *
   * @throws IllegalArgumentException for anything unknown; real money must be spelled out
   */
  public static Network parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "regtest" -> REGTEST;
      case "signet" -> SIGNET;
      case "mainnet" -> MAINNET;
      case "main", "bitcoin" -> throw new IllegalArgumentException("for real money spell it out: mainnet");
      default ->
        throw new IllegalArgumentException("unknown network '" + text + "'; use regtest, signet or mainnet");
    };
  }

  /** The name as it is typed and as the border's configuration has it, lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  BitcoinNetwork bitcoinj() {
    return bitcoinj;
  }
}
