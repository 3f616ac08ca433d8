package klatch.web;

import klatch.web.wire.PublicCode;

/** A request that ends in an error the person is to see; thrown by the API's own checks. */
final class PublicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final PublicCode code;

  PublicException(PublicCode code, String message) {
    super(message);
    this.code = code;
  }

  static PublicException invalid(String message) {
    return new PublicException(PublicCode.INVALID, message);
  }

  static PublicException notFound(String message) {
    return new PublicException(PublicCode.NOT_FOUND, message);
  }

  PublicCode code() {
    return code;
  }
}
