package klatch.cli.demo;

import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;

/** How far apart the times of a rehearsed event lie. */
enum Pace {
  /** As people would set them: tomorrow, and the defaults for the deposits. */
  REAL {
    @Override
    Events.Create event(String group, String title, long nowMillis, int capacity, long depositMsat) {
      return create(group, title, nowMillis + 24 * HOUR, nowMillis + 27 * HOUR, capacity, depositMsat, null);
    }
  },
  /**
   * All within a few hours. The nodes' clock jumps and Lightning's does not, so many evenings one after another must not
   * use up the days that an invoice lives.
   */
  BRISK {
    @Override
    Events.Create event(String group, String title, long nowMillis, int capacity, long depositMsat) {
      long starts = nowMillis + HOUR;
      long ends = starts + HOUR;
      var times = new Times(starts - 45 * MINUTE, starts - 30 * MINUTE, starts - 15 * MINUTE, ends + 15 * MINUTE,
          ends + 12 * HOUR);
      return create(group, title, starts, ends, capacity, depositMsat, times);
    }
  };

  private static final long MINUTE = 60_000L;
  private static final long HOUR = 60 * MINUTE;

  private record Times(long lockOpens, long lockCloses, long checkInOpens, long appealsClose, long payoutsClose) {}

  /** The request that announces such an event. */
  abstract Events.Create event(String group, String title, long nowMillis, int capacity, long depositMsat);

  private static Events.Create create(String group, String title, long starts, long ends, int capacity,
      long depositMsat, @Nullable Times times) {
    return times == null
        ? new Events.Create(group, title, "", starts, ends, "UTC", "here", capacity, depositMsat, null, null, null,
            null,
            null, null, null, null, null)
        : new Events.Create(group, title, "", starts, ends, "UTC", "here", capacity, depositMsat, null,
            times.lockOpens(), times.lockCloses(), times.checkInOpens(), ends, times.appealsClose(),
            times.payoutsClose(), null, null);
  }
}
