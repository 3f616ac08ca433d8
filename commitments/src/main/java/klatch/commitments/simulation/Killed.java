package klatch.commitments.simulation;

/** The process dies here and now: nothing that is not stored is left. */
public final class Killed extends Error {
  private static final long serialVersionUID = 1L;

  public Killed() {
    super("killed", null, false, false);
  }
}
