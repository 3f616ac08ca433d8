package klatch.libp2p.protocol;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often each of many keys may do something: a burst at once, and one more each time the pause has passed. Remembers a bounded number of
 * keys; a key pushed out by others starts anew, so whoever must be held back under many names needs a second limit on what they share.
 * Safe for any thread.
 */
public final class RateLimit<K> {
  private final int burst;
  private final long pauseNanos;
  private final int maxKeys;
  private final LongSupplier nanoClock;
  private final LinkedHashMap<K, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Bucket {
    private double left;
    private long lastNanos;
  }

  /**
   * @param pause after which one more is allowed
   * @param nanoClock as {@link System#nanoTime()}
   */
  public RateLimit(int burst, Duration pause, int maxKeys, LongSupplier nanoClock) {
    if (burst < 1 || pause.isNegative() || pause.isZero() || maxKeys < 1) {
      throw new IllegalArgumentException("burst " + burst + ", pause " + pause + ", keys " + maxKeys);
    }
    this.burst = burst;
    this.pauseNanos = pause.toNanos();
    this.maxKeys = maxKeys;
    this.nanoClock = nanoClock;
  }

  /** Takes one, if {@code key} has one left. */
  public synchronized boolean allows(K key) {
    long now = nanoClock.getAsLong();
    Bucket bucket = buckets.get(key);
    if (bucket == null) {
      if (buckets.size() == maxKeys) {
        Map.Entry<K, Bucket> oldest = buckets.firstEntry();
        buckets.remove(oldest.getKey());
      }
      bucket = new Bucket();
      bucket.left = burst;
      buckets.put(key, bucket);
    } else {
      bucket.left = Math.min(burst, bucket.left + (now - bucket.lastNanos) / (double) pauseNanos);
    }
    bucket.lastNanos = now;
    if (bucket.left < 1) {
      return false;
    }
    bucket.left -= 1;
    return true;
  }

  synchronized int keys() {
    return buckets.size();
  }
}
