package klatch.commitments.simulation;

import klatch.commitments.KillPoint;

/** Asked before and after each call that leaves the engine, and at the kill points; may throw {@link Killed}. */
@FunctionalInterface
public interface Fate extends KillPoint {
  /** Nothing ever happens. */
  Fate QUIET = _ -> {
  };

  /** @param what which call, and whether it is about to be made or was made */
  void call(String what);

  @Override
  default void at(Step step, Moment moment) {
    call(step + " " + moment);
  }
}
