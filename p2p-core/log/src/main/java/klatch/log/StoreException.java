package klatch.log;

/** The store could not do what was asked: the disk, the database, or the directory is not as it must be. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean retrySafe;

  public StoreException(String message, boolean retrySafe) {
    super(message);
    this.retrySafe = retrySafe;
  }

  public StoreException(String message, boolean retrySafe, Throwable cause) {
    super(message, cause);
    this.retrySafe = retrySafe;
  }

  /** True when the same call may simply be made again later and can do no harm twice. */
  public boolean retrySafe() {
    return retrySafe;
  }
}
