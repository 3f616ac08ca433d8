package klatch.log;

/** Why an entry is refused, with a message that carries the actual and the allowed value. */
public record Rejection(Reason reason, String message) {
  /** The rule that was broken. */
  public enum Reason {
    /** The signature is not the device's signature of this header. */
    SIGNATURE,
    /** The sequence does not follow the log. */
    SEQUENCE,
    /** The backlink is not the entry before. */
    BACKLINK,
    /** The payload is not as long as the header says. */
    SIZE,
    /** The payload is not the one the header names. */
    PAYLOAD,
    /** The timestamp is in the future, before the entry before it, or before there was anything. */
    TIME,
    /** The log is frozen because its author forked it. */
    FROZEN
  }

  @Override
  public String toString() {
    return reason + ": " + message;
  }
}
