package klatch.cli.terminal;

import java.net.URI;
import java.nio.file.Path;

/** There is no node to talk to; the message says how to start one. */
public final class NoNodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoNodeException(String message) {
    super(message);
  }

  NoNodeException(String message, Throwable cause) {
    super(message, cause);
  }

  static NoNodeException at(Path dataDir, Throwable cause) {
    return new NoNodeException("no node is running in " + dataDir + "; start it with: klatch up --data-dir " + dataDir,
        cause);
  }

  static NoNodeException silent(URI url, Throwable cause) {
    return new NoNodeException("the node at " + url + " does not answer; if it has stopped, start it with: klatch up",
        cause);
  }
}
