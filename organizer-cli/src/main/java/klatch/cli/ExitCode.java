package klatch.cli;

/** What the process answers to the shell. */
final class ExitCode {
  static final int OK = 0;
  /** The node refused or failed, or an audit is not clean. */
  static final int REFUSED = 1;
  /** Wrong usage, or no node to talk to. */
  static final int USAGE_OR_NO_NODE = 2;

  private ExitCode() {}
}
