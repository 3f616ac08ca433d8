package klatch.cli.bench;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clock, set ahead: an event's hours need not be waited for. */
final class LeapingClock implements InstantSource {
  private final AtomicLong ahead = new AtomicLong();

  void leap(long millis) {
    ahead.addAndGet(millis);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(System.currentTimeMillis() + ahead.get());
  }
}
