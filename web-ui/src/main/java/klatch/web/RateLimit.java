package klatch.web;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** How often strangers may ask: each of them, and all together, within a span that moves on. Thread-safe. */
final class RateLimit {
  private final int all;
  private final int each;
  private final Duration span;
  private final Deque<Asked> recent = new ArrayDeque<>();
  private final Map<String, Integer> byAsker = new HashMap<>();

  private record Asked(String who, long nanos) {}

  RateLimit(int all, int each, Duration span) {
    this.all = all;
    this.each = each;
    this.span = span;
  }

  Duration span() {
    return span;
  }

  /** Counts one more, if there is room. */
  synchronized boolean allows(String who) {
    long now = System.nanoTime();
    while (!recent.isEmpty() && now - recent.peekFirst().nanos() > span.toNanos()) {
      byAsker.computeIfPresent(recent.removeFirst().who(), (_, count) -> count == 1 ? null : count - 1);
    }
    if (recent.size() >= all || byAsker.getOrDefault(who, 0) >= each) {
      return false;
    }
    recent.addLast(new Asked(who, now));
    byAsker.merge(who, 1, Integer::sum);
    return true;
  }
}
