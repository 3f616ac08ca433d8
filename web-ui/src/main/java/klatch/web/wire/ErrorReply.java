package klatch.web.wire;

import org.jspecify.annotations.Nullable;

/** What every refused request is answered with: {@code {"error":{"code":…,"message":…,"reason":…}}}. */
public record ErrorReply(Fault error) {
  /**
   * @param code    one of {@link PublicCode}'s labels
   * @param message one line for a person, with the actual and the allowed value
   * @param reason  what exactly it was, such as {@code stale}, for those who say it in another language; absent where
   *                there is no more to know than the code
   */
  public record Fault(String code, String message, @Nullable String reason) {
    /** One without a reason of its own. */
    public Fault(String code, String message) {
      this(code, message, null);
    }
  }

  public static ErrorReply of(PublicCode code, String message, @Nullable String reason) {
    return new ErrorReply(new Fault(code.label(), message, reason));
  }
}
