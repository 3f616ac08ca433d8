package klatch.regtest;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other threads and processes bring about. */
final class Until {
  private static final long POLL_NANOS = 5_000_000L;

  private Until() {}

  /** @throws IllegalStateException with the complaint, if it does not come true in time */
  static void holds(BooleanSupplier condition, Duration atMost, Supplier<String> complaint) {
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
