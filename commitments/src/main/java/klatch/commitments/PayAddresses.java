package klatch.commitments;

/**
 * Gets invoices for what people call a Lightning address: a name at a service, or a service's pay code. Thread-safe; blocks
 * for seconds at most.
 */
public interface PayAddresses {
  /** Longer ones are refused unread; a bech32 code of a long web address fits. */
  int MOST_CHARS = 2_000;

  /** A node that looks up none. */
  PayAddresses NONE = new PayAddresses() {
    @Override
    public String checked(String address) {
      throw new IllegalArgumentException("this node looks up no Lightning addresses; paste an invoice");
    }

    @Override
    public Fetched fetch(String address, Msat amount) {
      return new Fetched.Unreachable("this node looks up no Lightning addresses");
    }
  };

  /**
   * The address as it is kept, without a look into any network.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  String checked(String address);

  /** A fresh invoice for exactly this amount. The caller checks it as any other. */
  Fetched fetch(String address, Msat amount);

  /** How a look-up ended. */
  sealed interface Fetched {
    record Invoice(String bolt11) implements Fetched {}

    /**
     * The service answered and does not do it, or not as it must.
     *
     * @param reason for a person, one line
     */
    record Refused(String reason) implements Fetched {}

    /** @param reason for this node's own person only: by it others could search networks through this node */
    record Unreachable(String reason) implements Fetched {}
  }
}
