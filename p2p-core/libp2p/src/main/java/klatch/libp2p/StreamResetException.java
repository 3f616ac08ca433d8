package klatch.libp2p;

import java.io.IOException;

/** The stream was reset, by the peer or by us; what was not yet read is lost. */
public final class StreamResetException extends IOException {
  public StreamResetException(String message) {
    super(message);
  }
}
