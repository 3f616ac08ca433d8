package klatch.cli.p2p;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * What came of one check.
 *
 * @param ok      absent if it was not tried
 * @param millis  how long it took
 * @param why     what went wrong
 * @param skipped why it was not tried
 */
@JsonPropertyOrder({"check", "ok", "millis", "why", "skipped"})
record Check(String check, @Nullable Boolean ok, @Nullable Double millis, @Nullable String why,
    @Nullable String skipped) {
  /** Does the checking. */
  @FunctionalInterface
  interface Trial {
    /** @throws Exception with a message for a person, if the peer does not do what it should */
    void run() throws Exception;
  }

  /** Why a check is not tried at all. */
  static final class SkippedException extends Exception {
    private static final long serialVersionUID = 1L;

    SkippedException(String why) {
      super(why);
    }
  }

  static Check of(String name, Trial trial) throws InterruptedException {
    long begun = System.nanoTime();
    try {
      trial.run();
      return new Check(name, true, millisSince(begun), null, null);
    } catch (SkippedException e) {
      return new Check(name, null, null, null, e.getMessage());
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new Check(name, false, millisSince(begun), why, null);
    }
  }

  boolean failed() {
    return Boolean.FALSE.equals(ok);
  }

  private static double millisSince(long begun) {
    return Math.round((System.nanoTime() - begun) / 1e4) / 100.0;
  }
}
