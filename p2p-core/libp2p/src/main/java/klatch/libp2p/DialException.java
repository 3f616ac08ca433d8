package klatch.libp2p;

/** A connection could not be made. */
public final class DialException extends Libp2pException {
  public DialException(String message, boolean retrySafe) {
    super(message, retrySafe);
  }

  public DialException(String message, boolean retrySafe, Throwable cause) {
    super(message, retrySafe, cause);
  }
}
