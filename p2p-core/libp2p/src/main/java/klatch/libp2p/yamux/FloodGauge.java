package klatch.libp2p.yamux;

import klatch.libp2p.MalformedMessageException;

/** Counts what a peer does for nothing: a burst is fine, and so is a steady trickle. Only one thread uses it. */
public final class FloodGauge {
  private final int burst;
  private final int perSecond;
  private double left;
  private long lastNanos = System.nanoTime();

  public FloodGauge(int burst, int perSecond) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.left = burst;
  }

  public void count(String what) throws MalformedMessageException {
    left -= 1;
    if (left < 0) {
      long now = System.nanoTime();
      left = Math.min(burst, left + (now - lastNanos) / 1e9 * perSecond);
      lastNanos = now;
      if (left < 0) {
        throw new MalformedMessageException(
            "a flood of " + what + ": more than " + burst + " and then " + perSecond + " a second");
      }
    }
  }
}
