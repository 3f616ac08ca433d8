package klatch.commitments.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that moves when it is told to, and never back. */
public final class SimulatedClock implements InstantSource {
  private volatile long millis;

  SimulatedClock(long millis) {
    this.millis = millis;
  }

  /** @param newMillis since 1970 */
  public void to(long newMillis) {
    millis = Math.max(millis, newMillis);
  }

  public void plus(Duration time) {
    to(millis + time.toMillis());
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis);
  }

  @Override
  public long millis() {
    return millis;
  }
}
