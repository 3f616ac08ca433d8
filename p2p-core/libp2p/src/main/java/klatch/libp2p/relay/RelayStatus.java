package klatch.libp2p.relay;

/** How a relay or a peer behind it answers. The numbers are the specification's. */
public enum RelayStatus {
  /** No status, or one that is not known. */
  UNUSED(0), OK(100), RESERVATION_REFUSED(200), RESOURCE_LIMIT_EXCEEDED(201), PERMISSION_DENIED(202), CONNECTION_FAILED(
      203), NO_RESERVATION(204), MALFORMED_MESSAGE(400), UNEXPECTED_MESSAGE(401);

  private final int code;

  RelayStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static RelayStatus of(long code) {
    for (RelayStatus status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    return UNUSED;
  }
}
