package klatch.commitments;

import java.util.Locale;

/**
 * Why a deposit is not to be paid now.
 *
 * @param message one sentence with the actual and the allowed values
 */
public record Objection(Kind kind, String message) {
  /** What is in the way, for those who say it in other words. */
  public enum Kind {
    UNKNOWN,
    /** It has been locked, perhaps from another wallet. */
    LOCKED,
    /** The organiser's node has not made the offer yet. */
    NOT_OFFERED,
    /** Too early, or too late. */
    NOT_OPEN,
    /** The offer is not what the organiser signed: whoever pays it may lose it. */
    WRONG_OFFER,
    /** It was good for a time that is over; the organiser's node makes another. */
    EXPIRED,
    /** The channels can send too little. */
    CANNOT_SEND;

    /** As in docs/spec/local-api.md. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
