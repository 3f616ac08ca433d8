package klatch.regtest;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other threads and processes bring about: the one way that rehearsals and their tests wait. */
public final class Until {
  private static final long POLL_NANOS = 5_000_000L;

  private Until() {}

  /**
   * Waits until what the caller names in words is so.
   *
   * @throws IllegalStateException that says what did not come, if it does not come in time
   */
  public static void holds(String what, Duration atMost, BooleanSupplier condition) {
    holds(condition, atMost, () -> "gave up waiting until " + what);
  }

  /** Waits for what may come or not. @return whether it came in time */
  public static boolean comes(Duration atMost, BooleanSupplier condition) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /** @throws IllegalStateException with the complaint, if it does not come true in time */
  public static void holds(BooleanSupplier condition, Duration atMost, Supplier<String> complaint) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("after " + atMost.toMillis() + " ms: " + complaint.get());
      }
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted: " + complaint.get());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
