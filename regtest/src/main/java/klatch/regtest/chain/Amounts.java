package klatch.regtest.chain;

import java.math.BigDecimal;

/** Amounts as Bitcoin Core writes them. */
final class Amounts {
  private static final long SAT_PER_BTC = 100_000_000L;
  private static final int BTC_DECIMALS = 8;

  private Amounts() {}

  /** For JSON: always eight decimals. */
  static BigDecimal btc(long sat) {
    return BigDecimal.valueOf(sat, BTC_DECIMALS);
  }

  /** For messages: trailing zeros cut off, but at least two decimals stay. */
  static String money(long sat) {
    String digits = "%d.%08d".formatted(sat / SAT_PER_BTC, sat % SAT_PER_BTC);
    int end = digits.length();
    int least = digits.indexOf('.') + 3;
    while (end > least && digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, end);
  }

  /** A fee rate in messages, per 1,000 virtual bytes. */
  static String feeRate(long satPerKvb) {
    return "%d.%08d BTC/kvB".formatted(satPerKvb / SAT_PER_BTC, satPerKvb % SAT_PER_BTC);
  }
}
