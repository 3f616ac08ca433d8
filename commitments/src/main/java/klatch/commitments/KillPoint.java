package klatch.commitments;

/** Where a process may be made to die, to prove that nothing is lost. Does nothing unless a test wants it to. */
@FunctionalInterface
public interface KillPoint {
  KillPoint NONE = (step, moment) -> {
  };

  /** The steps whose effects move money or promise to. */
  enum Step {
    OFFERED, HELD, RELEASING, COLLECTING, PAYING,
    /** The attendee pays the deposit; all the others are the organiser's. */
    LOCKING
  }

  /** On which side of the effect. */
  enum Moment {
    /** The step's state is saved, its effect is not done. */
    BEFORE_EFFECT,
    /** The effect is done, and that it is done is not saved. */
    AFTER_EFFECT
  }

  /** Called by the thread that runs the effect, each time it is run; it need not return. */
  void at(Step step, Moment moment);
}
