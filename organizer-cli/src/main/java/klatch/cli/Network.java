package klatch.cli;

import java.util.Locale;

/** The Bitcoin network that a node's deposits live on. */
public enum Network {
  REGTEST, SIGNET;

  /**
   * Reads the name as a person types it.
   *
   * @throws IllegalArgumentException for mainnet (real money: not yet) and for anything unknown
   */
  public static Network parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "regtest" -> REGTEST;
      case "signet" -> SIGNET;
      case "mainnet", "main", "bitcoin" -> throw new IllegalArgumentException(
          "mainnet is not offered yet: this version has not been proven enough for real money; use regtest or signet");
      default -> throw new IllegalArgumentException("unknown network '" + text + "'; use regtest or signet");
    };
  }

  /** The name as it is typed, lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
