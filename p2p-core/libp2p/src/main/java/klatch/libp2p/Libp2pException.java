package klatch.libp2p;

/** The network or the peer did not do what was asked. {@link #retrySafe()} says whether trying again later may help. */
public class Libp2pException extends RuntimeException {
  private final boolean retrySafe;

  public Libp2pException(String message, boolean retrySafe) {
    super(message);
    this.retrySafe = retrySafe;
  }

  public Libp2pException(String message, boolean retrySafe, Throwable cause) {
    super(message, cause);
    this.retrySafe = retrySafe;
  }

  public boolean retrySafe() {
    return retrySafe;
  }
}
