package klatch.commitments.journal;

/** A write could not be committed and will not be: it was bad, or this process may no longer write. */
public final class CommitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommitException(String message) {
    super(message);
  }

  public CommitException(String message, Throwable cause) {
    super(message, cause);
  }
}
