package klatch.libp2p;

/** Bytes or text from a peer that do not follow the protocol. The message carries the actual and the allowed value. */
public final class MalformedMessageException extends Exception {
  public MalformedMessageException(String message) {
    super(message);
  }

  public MalformedMessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
