package klatch.web;

/** The version that nodes and commands show. */
public final class Version {
  public static final String NUMBER = "0.1.0";

  private Version() {}
}
