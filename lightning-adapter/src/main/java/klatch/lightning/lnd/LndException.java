package klatch.lightning.lnd;

import klatch.commitments.LightningException;

/** A {@link LndTrouble} on its way up. */
public final class LndException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient LndTrouble trouble;

  LndException(LndTrouble trouble) {
    super(trouble.message());
    this.trouble = trouble;
  }

  LndException(LndTrouble trouble, Throwable cause) {
    super(trouble.message(), cause);
    this.trouble = trouble;
  }

  public LndTrouble trouble() {
    return trouble;
  }

  /** In the words of the port. */
  LightningException asPort() {
    return new LightningException(trouble.message(), trouble.retrySafe(), this);
  }
}
