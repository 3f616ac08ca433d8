package klatch.commitments;

/** How much of a payout may go into routing fees. */
public final class FeeBudget {
  /** The least that is set aside: a few hops with a base fee of one satoshi each. */
  static final Msat FLOOR = Msat.ofSat(10);

  /** Payouts up to here may spend one per cent, larger ones 0.2 %; never less than {@link #FLOOR}. */
  static final Msat SMALL = Msat.ofSat(1_000);

  private FeeBudget() {}

  /** max(1 %, 10 sat) up to 1,000 sat, then max(0.2 %, 10 sat); grows with the amount. */
  public static Msat of(Msat amount) {
    long part = amount.compareTo(SMALL) <= 0 ? amount.value() / 100 : amount.value() / 500;
    return new Msat(Math.max(FLOOR.value(), part));
  }
}
