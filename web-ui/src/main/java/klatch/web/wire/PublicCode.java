package klatch.web.wire;

import java.util.Locale;

/** The few codes that the API and the commands show; the many reasons behind them are in the message. */
public enum PublicCode {
  /** The request itself is wrong: not JSON, a field missing or out of bounds. Sending it again cannot help. */
  INVALID(400),
  /** No token, or a wrong one. */
  UNAUTHORIZED(401),
  /** The request came under a foreign name, as a page of another site would send it. */
  FORBIDDEN(403),
  /** No such route, group, event or person on this node (perhaps not yet: it may still arrive from a peer). */
  NOT_FOUND(404),
  /** The state of things does not allow it: it was done already, or something else was. */
  CONFLICT(409),
  /** The rules do not allow it: not your event, not in the window, no seat, the terms do not fit. */
  REFUSED(422),
  /** Something that the node needs does not answer: Lightning, the database, a peer. Try again later. */
  UNAVAILABLE(503),
  /** A fault of the node's own; its log has the details. */
  INTERNAL(500);

  private final int httpStatus;

  PublicCode(int httpStatus) {
    this.httpStatus = httpStatus;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** The code as it stands in JSON, such as {@code not_found}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
