package klatch.libp2p.simulation;

import java.util.PriorityQueue;

/** Simulated time: what is to happen when, one after another, ties in the order they were entered. */
final class Schedule {
  private record Event(long atMicros, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atMicros, other.atMicros);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowMicros;
  private long order;

  long nowMicros() {
    return nowMicros;
  }

  long nowMillis() {
    return nowMicros / 1_000;
  }

  void at(long micros, Runnable action) {
    events.add(new Event(Math.max(micros, nowMicros), order++, action));
  }

  void in(long micros, Runnable action) {
    at(nowMicros + micros, action);
  }

  /** Runs everything up to and including {@code untilMicros}; the time is that afterwards. */
  void run(long untilMicros) {
    for (Event next = events.peek(); next != null && next.atMicros <= untilMicros; next = events.peek()) {
      events.poll();
      nowMicros = next.atMicros;
      next.action.run();
    }
    nowMicros = untilMicros;
  }
}
