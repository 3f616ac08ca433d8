package klatch.cli.terminal;

import java.util.Map;
import klatch.web.wire.PublicCode;

/** What the process answers to the shell, so that a script can tell what to do next. */
public final class ExitCode {
  public static final int OK = 0;
  /** A fault; or what was looked at is not well: an audit that is not clean, a payment that failed, a doctor's finding. */
  public static final int FAILED = 1;
  /** The command line is wrong, or a value in it. */
  public static final int USAGE = 2;
  /** No node to talk to. */
  public static final int NO_NODE = 3;
  /** No such event, group or person here; perhaps not yet. */
  public static final int NOT_FOUND = 4;
  /** The rules or the state of things do not allow it: the same again does not help. */
  public static final int REFUSED = 5;
  /** Something that the node needs does not answer: the same again may help later. */
  public static final int UNAVAILABLE = 6;

  private static final Map<String, Integer> OF_CODES = Map.of(PublicCode.INVALID.label(), USAGE,
      PublicCode.NOT_FOUND.label(), NOT_FOUND, PublicCode.CONFLICT.label(), REFUSED, PublicCode.REFUSED.label(),
      REFUSED, PublicCode.UNAUTHORIZED.label(), REFUSED, PublicCode.FORBIDDEN.label(), REFUSED,
      PublicCode.UNAVAILABLE.label(), UNAVAILABLE);

  private ExitCode() {}

  /** @param code one of the API's public codes, such as {@code not_found} */
  public static int of(String code) {
    return OF_CODES.getOrDefault(code, FAILED);
  }
}
