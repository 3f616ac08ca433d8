package klatch.cli.terminal;

/** What the process answers to the shell. */
public final class ExitCode {
  public static final int OK = 0;
  /** The node refused or failed, or an audit is not clean. */
  public static final int REFUSED = 1;
  /** Wrong usage, or no node to talk to. */
  public static final int USAGE_OR_NO_NODE = 2;

  private ExitCode() {}
}
