package klatch.lightning.chain;

/** The chain's source cannot be used now; {@link #trouble} says why, and asking again later is safe. */
public final class ChainTroubleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ChainTrouble trouble;

  public ChainTroubleException(ChainTrouble trouble) {
    super(trouble.message());
    this.trouble = trouble;
  }

  ChainTroubleException(ChainTrouble trouble, Throwable cause) {
    super(trouble.message(), cause);
    this.trouble = trouble;
  }

  public ChainTrouble trouble() {
    return trouble;
  }
}
