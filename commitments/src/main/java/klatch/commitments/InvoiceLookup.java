package klatch.commitments;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import klatch.commitments.PayAddresses.Fetched;
import org.jspecify.annotations.Nullable;

/**
 * Asks an address for an invoice on a thread of its own, one at a time, and rests after each failure. Touched by one thread.
 */
final class InvoiceLookup {
  private static final List<Duration> RESTS = List.of(Duration.ofMinutes(1), Duration.ofMinutes(5),
      Duration.ofMinutes(25), Duration.ofHours(1));

  private final Surroundings parts;
  private @Nullable Asked asked;
  private int failures;
  private long notBeforeMillis = Long.MIN_VALUE;

  private record Asked(int round, String address, Msat amount, FutureTask<Fetched> answer) {}

  InvoiceLookup(Surroundings parts) {
    this.parts = parts;
  }

  /** The answer, once: empty while it is not there, and while nobody is asked for a time. */
  Optional<Fetched> poll(int round, String address, Msat amount) {
    Asked now = asked;
    if (now == null || now.round() != round || !now.address().equals(address) || !now.amount().equals(amount)) {
      if (parts.clock().millis() >= notBeforeMillis) {
        ask(round, address, amount);
      }
      return Optional.empty();
    }
    if (!now.answer().isDone()) {
      return Optional.empty();
    }
    asked = null;
    Fetched answer = switch (now.answer().state()) {
      case SUCCESS -> now.answer().resultNow();
      case FAILED, CANCELLED, RUNNING -> new Fetched.Unreachable("the look-up failed");
    };
    if (answer instanceof Fetched.Invoice) {
      failures = 0;
    } else {
      notBeforeMillis = parts.clock().millis() + RESTS.get(Math.min(failures, RESTS.size() - 1)).toMillis();
      failures++;
    }
    return Optional.of(answer);
  }

  private void ask(int round, String address, Msat amount) {
    FutureTask<Fetched> answer = new FutureTask<>(() -> parts.addresses().fetch(address, amount));
    asked = new Asked(round, address, amount, answer);
    Thread.ofVirtual().name("invoice look-up").start(answer);
  }

  /** The next question is asked at once. */
  void forget() {
    asked = null;
    failures = 0;
    notBeforeMillis = Long.MIN_VALUE;
  }
}
