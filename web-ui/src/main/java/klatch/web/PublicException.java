package klatch.web;

import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;

/** A request that ends in an error the person is to see; thrown by the API's own checks. */
final class PublicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final PublicCode code;
  private final @Nullable String reason;

  PublicException(PublicCode code, String message) {
    this(code, message, null);
  }

  /** @param reason for those who say it in another language, as in {@link klatch.web.wire.ErrorReply.Fault} */
  PublicException(PublicCode code, String message, @Nullable String reason) {
    super(message);
    this.code = code;
    this.reason = reason;
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

  @Nullable
  String reason() {
    return reason;
  }
}
