package klatch.web.wire;

/** What every refused request is answered with: {@code {"error":{"code":…,"message":…}}}. */
public record ErrorReply(Fault error) {
  /**
   * @param code    one of {@link PublicCode}'s labels
   * @param message one line for a person, with the actual and the allowed value
   */
  public record Fault(String code, String message) {}

  public static ErrorReply of(PublicCode code, String message) {
    return new ErrorReply(new Fault(code.label(), message));
  }
}
