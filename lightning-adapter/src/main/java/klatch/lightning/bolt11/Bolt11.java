package klatch.lightning.bolt11;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;

/**
 * An invoice (BOLT 11), its signature checked.
 *
 * @param text                 as it was read
 * @param currency             {@code bc}, {@code tb}, {@code tbs} or {@code bcrt}
 * @param amount               empty if the payer chooses
 * @param payee                33 bytes as hex
 * @param descriptionHash      64 hex digits
 * @param hints                ways to the payee, each from its public node on
 */
public record Bolt11(String text, String currency, Optional<Msat> amount, PaymentHash hash, String payee,
    long createdAtEpochSecond, long expirySeconds, int finalCltvBlocks, Optional<String> description,
    Optional<String> descriptionHash, List<List<Hop>> hints) {

  /** Many route hints make an invoice long; the native node has the same bound. */
  public static final int MOST_CHARS = 4_096;

  private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

  public Bolt11 {
    hints = hints.stream().map(List::copyOf).toList();
  }

  /**
   * One channel of a hint, from the node that charges for it.
   *
   * @param node 33 bytes as hex
   */
  public record Hop(String node, long baseMsat, long partsPerMillion, int cltvBlocks) {}

  /**
   * Reads an invoice as a payer must.
   *
   * @throws IllegalArgumentException if it must not be paid; the message says why
   */
  public static Bolt11 read(String text) {
    return new Bolt11Reader(text).read();
  }

  /** The end of time for one whose expiry no clock can hold. */
  public long expiresAtEpochSecond() {
    long at = createdAtEpochSecond + expirySeconds;
    return at < 0 ? Long.MAX_VALUE : at;
  }

  /**
   * What the cheapest of the hints charges for the amount: the least that a payment along any of them costs. Zero without
   * hints or without an amount.
   */
  public Msat hintFee() {
    return cheapest(hints, amount);
  }

  /** The same for hints that somebody else has read. */
  public static Msat cheapest(List<List<Hop>> hints, Optional<Msat> amount) {
    return amount.flatMap(paid -> hints.stream().map(hint -> fee(hint, paid)).min(Msat::compareTo)).orElse(Msat.ZERO);
  }

  private static Msat fee(List<Hop> hint, Msat paid) {
    BigInteger amount = BigInteger.valueOf(paid.value());
    BigInteger carried = amount;
    for (Hop hop : hint.reversed()) {
      carried = carried.add(BigInteger.valueOf(hop.baseMsat()))
          .add(carried.multiply(BigInteger.valueOf(hop.partsPerMillion())).divide(MILLION));
    }
    return new Msat(carried.subtract(amount).min(BigInteger.valueOf(Msat.MAX_VALUE)).longValueExact());
  }

  /** In the words of the port. */
  public Lightning.Invoice asInvoice() {
    return new Lightning.Invoice(text, hash, amount, payee, expiresAtEpochSecond(), finalCltvBlocks, descriptionHash,
        hintFee());
  }
}
