package klatch.lightning;

/** The embedded Lightning node cannot run on this machine as it is; the message says what to do. */
public final class LdkUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LdkUnavailableException(String message) {
    super(message);
  }

  public LdkUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
