package klatch.commitments;

/** The Lightning node could not do what was asked. Nothing was decided; {@link #retrySafe} says if to ask again. */
public final class LightningException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean retrySafe;

  public LightningException(String message, boolean retrySafe) {
    super(message);
    this.retrySafe = retrySafe;
  }

  public LightningException(String message, boolean retrySafe, Throwable cause) {
    super(message, cause);
    this.retrySafe = retrySafe;
  }

  public boolean retrySafe() {
    return retrySafe;
  }
}
