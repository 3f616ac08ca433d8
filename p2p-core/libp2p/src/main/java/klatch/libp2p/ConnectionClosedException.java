package klatch.libp2p;

import java.io.IOException;

/** The connection under the stream is gone; the message says why. */
public final class ConnectionClosedException extends IOException {
  public ConnectionClosedException(String message) {
    super(message);
  }
}
