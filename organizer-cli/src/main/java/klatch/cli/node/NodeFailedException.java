package klatch.cli.node;

/** A running node had to stop by itself. */
public final class NodeFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** @param message one line for the person: what is wrong, and what to do */
  public NodeFailedException(String message) {
    super(message);
  }
}
