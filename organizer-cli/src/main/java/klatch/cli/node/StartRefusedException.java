package klatch.cli.node;

/** The node cannot start: a port is taken, the data directory is in use, the database or chain does not answer. */
public final class StartRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** @param message one line for the person: what is wrong, with the value, and what to do */
  public StartRefusedException(String message) {
    super(message);
  }

  /** As the other, with what the surroundings said. */
  public StartRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
