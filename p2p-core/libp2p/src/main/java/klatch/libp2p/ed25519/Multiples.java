package klatch.libp2p.ed25519;

/**
 * Multiples of one point, ready to be added: with a window of w bits, j 2^(w i) times the point for j = 1 to 2^(w-1) and every i. Multiplying
 * is then one addition for each w bits and no doubling. Immutable.
 */
final class Multiples {
  private static final int ENTRY_LONGS = 3 * Field25519.LIMBS;
  /** Bits of a scalar below the group's order, and one for the sign of the last digit. */
  private static final int BITS = 254;

  private final int windowBits;
  private final int windows;
  private final long[] table;

  Multiples(CurvePoint point, int windowBits) {
    this.windowBits = windowBits;
    this.windows = (BITS + windowBits - 1) / windowBits;
    int each = 1 << (windowBits - 1);
    CurvePoint[] points = new CurvePoint[windows * each];
    CurvePoint first = point.copy();
    for (int window = 0; window < windows; window++) {
      CurvePoint multiple = first.copy();
      for (int j = 0; j < each; j++) {
        points[window * each + j] = multiple.copy();
        if (j < each - 1) {
          multiple.add(first);
        }
      }
      // 2^(w-1) times, twice: the first multiple of the next window.
      multiple.add(points[window * each + each - 1]);
      first = multiple;
    }
    this.table = affine(points);
  }

  /** All 1/Z with a single inversion. */
  private static long[] affine(CurvePoint[] points) {
    long[][] products = new long[points.length][Field25519.LIMBS];
    long[] running = Field25519.one();
    for (int i = 0; i < points.length; i++) {
      System.arraycopy(running, 0, products[i], 0, Field25519.LIMBS);
      Field25519.multiply(running, running, points[i].z);
    }
    long[] inverse = new long[Field25519.LIMBS];
    Field25519.invert(inverse, running);
    long[] table = new long[points.length * ENTRY_LONGS];
    long[] one = new long[Field25519.LIMBS];
    for (int i = points.length - 1; i >= 0; i--) {
      Field25519.multiply(one, inverse, products[i]);
      Field25519.multiply(inverse, inverse, points[i].z);
      points[i].writeTo(table, i * ENTRY_LONGS, one);
    }
    return table;
  }

  /** Adds {@code scalar} times the point to {@code sum}; the scalar is 32 bytes, least significant first, below the group's order. */
  void addTimes(byte[] scalar, CurvePoint sum) {
    int each = 1 << (windowBits - 1);
    int carry = 0;
    for (int window = 0; window < windows; window++) {
      int digit = bits(scalar, window * windowBits, windowBits) + carry;
      carry = digit > each ? 1 : 0;
      digit -= carry << windowBits;
      if (digit != 0) {
        int entry = window * each + Math.abs(digit) - 1;
        sum.add(table, entry * ENTRY_LONGS, digit < 0);
      }
    }
  }

  private static int bits(byte[] scalar, int from, int count) {
    int value = 0;
    int at = from >> 3;
    for (int i = 0; i < 3 && at + i < scalar.length; i++) {
      value |= (scalar[at + i] & 0xff) << (8 * i);
    }
    return (value >>> (from & 7)) & ((1 << count) - 1);
  }

  static int bytes(int windowBits) {
    return (BITS + windowBits - 1) / windowBits * (1 << (windowBits - 1)) * ENTRY_LONGS * Long.BYTES;
  }
}
