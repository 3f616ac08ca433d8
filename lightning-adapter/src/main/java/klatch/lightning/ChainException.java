package klatch.lightning;

/** The chain's JSON-RPC did not answer, or refused. {@link #refused} tells which. */
public final class ChainException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean refused;

  ChainException(String message, boolean refused) {
    super(message);
    this.refused = refused;
  }

  ChainException(String message, Throwable cause) {
    super(message, cause);
    this.refused = false;
  }

  /** True if it answered with an error of its own: asking again as it is does not help. */
  public boolean refused() {
    return refused;
  }
}
