package klatch.meetup;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until a test sets it. */
public final class TestClock implements InstantSource {
  private final AtomicLong millis;

  public TestClock(long millis) {
    this.millis = new AtomicLong(millis);
  }

  public void set(long newMillis) {
    millis.set(newMillis);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }
}
