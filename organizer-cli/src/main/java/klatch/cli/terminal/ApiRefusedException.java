package klatch.cli.terminal;

/** The node answered, but not with what was asked for. */
public final class ApiRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  /** @param code one of the API's public codes, such as {@code refused} */
  public ApiRefusedException(String code, String message) {
    super(message);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
