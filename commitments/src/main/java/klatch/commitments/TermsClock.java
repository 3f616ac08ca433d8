package klatch.commitments;

/**
 * The deadlines of one deposit-backed event: absolute times in milliseconds since 1970, each not before the one before.
 *
 * @param lockClosesAtMillis    the first moment at which a deposit is too late
 * @param appealsCloseAtMillis  from then on verdicts stand and forfeited deposits are collected
 * @param payoutsCloseAtMillis  until then every held deposit must have been decided: the HTLCs last that long
 */
public record TermsClock(long pledgeOpensAtMillis, long lockOpensAtMillis, long lockClosesAtMillis,
    long checkInOpensAtMillis, long checkInClosesAtMillis, long appealsCloseAtMillis, long payoutsCloseAtMillis) {
  /** Blocks may come in this many seconds on average instead of 600, and this much luckier still. */
  private static final long SECONDS_PER_BLOCK = 480;

  private static final long LUCK_TENTHS = 17;

  /** The node gives a hold back 39 blocks before its end; three more for blocks that arrive late. */
  static final int MARGIN_BLOCKS = 42;

  /** 2200-01-01: a time after it is a unit mistake. */
  private static final long LATEST_MILLIS = 7_258_118_400_000L;

  public TermsClock {
    long[] order = {0, pledgeOpensAtMillis, lockOpensAtMillis, lockClosesAtMillis, checkInOpensAtMillis,
        checkInClosesAtMillis, appealsCloseAtMillis, payoutsCloseAtMillis, LATEST_MILLIS};
    String[] names = {"1970", "pledge opens", "lock opens", "lock closes", "check-in opens", "check-in closes",
        "appeals close", "payouts close", "2200"};
    for (int i = 1; i < order.length; i++) {
      if (order[i] < order[i - 1]) {
        throw new IllegalArgumentException(names[i] + " (" + order[i] + ") must not be before " + names[i - 1] + " ("
            + order[i - 1] + "), milliseconds since 1970");
      }
    }
    if (lockClosesAtMillis == lockOpensAtMillis) {
      throw new IllegalArgumentException("the lock window is empty: it opens and closes at " + lockOpensAtMillis);
    }
  }

  /** Blocks that an HTLC must last to cover everything from the first lock to payouts close, margin included. */
  public long neededBlocks() {
    long seconds = Math.ceilDiv(payoutsCloseAtMillis - lockOpensAtMillis, 1_000L);
    return Math.ceilDiv(seconds * LUCK_TENTHS, SECONDS_PER_BLOCK * 10) + MARGIN_BLOCKS;
  }

  public boolean lockOpenAt(long millis) {
    return lockOpensAtMillis <= millis && millis < lockClosesAtMillis;
  }
}
