package klatch.cli;

/** A running node had to stop by itself. */
final class NodeFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** @param message one line for the person: what is wrong, and what to do */
  NodeFailedException(String message) {
    super(message);
  }
}
