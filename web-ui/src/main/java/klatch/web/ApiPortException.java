package klatch.web;

/** The local API cannot have its port. Trying again helps only after the other program has gone. */
public final class ApiPortException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int port;

  ApiPortException(int port, String message, Throwable cause) {
    super(message, cause);
    this.port = port;
  }

  public int port() {
    return port;
  }
}
