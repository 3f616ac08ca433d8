package klatch.regtest.browser;

/** The browser, or a page in it, did not do what was asked of it in time. */
public final class BrowserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BrowserException(String message) {
    super(message);
  }

  public BrowserException(String message, Throwable cause) {
    super(message, cause);
  }
}
