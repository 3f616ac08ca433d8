package klatch.libp2p.ed25519;

/**
 * Arithmetic modulo 2^255 - 19 on five limbs of 51 bits, least significant first. Limbs may be up to 2^52 going into a product and are below
 * 2^51 + 2^13 coming out of one. Not in constant time: it is only for public values.
 */
final class Field25519 {
  static final int LIMBS = 5;
  private static final long MASK = (1L << 51) - 1;
  /** Added before a subtraction so that no limb becomes negative: 2 p. */
  private static final long TWO_P_LOW = 2 * ((1L << 51) - 19);
  private static final long TWO_P = 2 * ((1L << 51) - 1);

  private Field25519() {
  }

  static long[] zero() {
    return new long[LIMBS];
  }

  static long[] one() {
    return new long[]{1, 0, 0, 0, 0};
  }

  static void add(long[] r, long[] a, long[] b) {
    for (int i = 0; i < LIMBS; i++) {
      r[i] = a[i] + b[i];
    }
  }

  /** Leaves limbs below 2^51 + 2^13. */
  static void subtract(long[] r, long[] a, long[] b) {
    r[0] = a[0] + 2 * TWO_P_LOW - b[0];
    for (int i = 1; i < LIMBS; i++) {
      r[i] = a[i] + 2 * TWO_P - b[i];
    }
    carry(r);
  }

  private static void carry(long[] r) {
    long c = r[0] >>> 51;
    r[0] &= MASK;
    for (int i = 1; i < LIMBS; i++) {
      long limb = r[i] + c;
      c = limb >>> 51;
      r[i] = limb & MASK;
    }
    r[0] += 19 * c;
  }

  static void multiply(long[] r, long[] a, long[] b) {
    multiply(r, a, b, 0);
  }

  /** r = a * b[at..at+5). The high half of a product, cut at bit 51, comes from operands shifted by 13 bits together. */
  static void multiply(long[] r, long[] a, long[] b, int at) {
    long a0 = a[0];
    long a1 = a[1];
    long a2 = a[2];
    long a3 = a[3];
    long a4 = a[4];
    long b0 = b[at];
    long b1 = b[at + 1];
    long b2 = b[at + 2];
    long b3 = b[at + 3];
    long b4 = b[at + 4];
    long l0 = low(a0, b0);
    long l1 = low(a0, b1) + low(a1, b0);
    long l2 = low(a0, b2) + low(a1, b1) + low(a2, b0);
    long l3 = low(a0, b3) + low(a1, b2) + low(a2, b1) + low(a3, b0);
    long l4 = low(a0, b4) + low(a1, b3) + low(a2, b2) + low(a3, b1) + low(a4, b0);
    long l5 = low(a1, b4) + low(a2, b3) + low(a3, b2) + low(a4, b1);
    long l6 = low(a2, b4) + low(a3, b3) + low(a4, b2);
    long l7 = low(a3, b4) + low(a4, b3);
    long l8 = low(a4, b4);
    a0 <<= 6;
    a1 <<= 6;
    a2 <<= 6;
    a3 <<= 6;
    a4 <<= 6;
    b0 <<= 7;
    b1 <<= 7;
    b2 <<= 7;
    b3 <<= 7;
    b4 <<= 7;
    l1 += high(a0, b0);
    l2 += high(a0, b1) + high(a1, b0);
    l3 += high(a0, b2) + high(a1, b1) + high(a2, b0);
    l4 += high(a0, b3) + high(a1, b2) + high(a2, b1) + high(a3, b0);
    l5 += high(a0, b4) + high(a1, b3) + high(a2, b2) + high(a3, b1) + high(a4, b0);
    l6 += high(a1, b4) + high(a2, b3) + high(a3, b2) + high(a4, b1);
    l7 += high(a2, b4) + high(a3, b3) + high(a4, b2);
    l8 += high(a3, b4) + high(a4, b3);
    long l9 = high(a4, b4);
    reduce(r, l0 + 19 * l5, l1 + 19 * l6, l2 + 19 * l7, l3 + 19 * l8, l4 + 19 * l9);
  }

  private static long low(long a, long b) {
    return (a * b) & MASK;
  }

  private static long high(long a, long b) {
    return Math.multiplyHigh(a, b);
  }

  static void square(long[] r, long[] a) {
    long a0 = a[0];
    long a1 = a[1];
    long a2 = a[2];
    long a3 = a[3];
    long a4 = a[4];
    long l0 = low(a0, a0);
    long l1 = 2 * low(a0, a1);
    long l2 = 2 * low(a0, a2) + low(a1, a1);
    long l3 = 2 * (low(a0, a3) + low(a1, a2));
    long l4 = 2 * (low(a0, a4) + low(a1, a3)) + low(a2, a2);
    long l5 = 2 * (low(a1, a4) + low(a2, a3));
    long l6 = 2 * low(a2, a4) + low(a3, a3);
    long l7 = 2 * low(a3, a4);
    long l8 = low(a4, a4);
    long b0 = a0 << 7;
    long b1 = a1 << 7;
    long b2 = a2 << 7;
    long b3 = a3 << 7;
    long b4 = a4 << 7;
    a0 <<= 6;
    a1 <<= 6;
    a2 <<= 6;
    a3 <<= 6;
    a4 <<= 6;
    l1 += high(a0, b0);
    l2 += 2 * high(a0, b1);
    l3 += 2 * high(a0, b2) + high(a1, b1);
    l4 += 2 * (high(a0, b3) + high(a1, b2));
    l5 += 2 * (high(a0, b4) + high(a1, b3)) + high(a2, b2);
    l6 += 2 * (high(a1, b4) + high(a2, b3));
    l7 += 2 * high(a2, b4) + high(a3, b3);
    l8 += 2 * high(a3, b4);
    long l9 = high(a4, b4);
    reduce(r, l0 + 19 * l5, l1 + 19 * l6, l2 + 19 * l7, l3 + 19 * l8, l4 + 19 * l9);
  }

  private static void reduce(long[] r, long l0, long l1, long l2, long l3, long l4) {
    long limb1 = l1 + (l0 >>> 51);
    long limb2 = l2 + (limb1 >>> 51);
    long limb3 = l3 + (limb2 >>> 51);
    long limb4 = l4 + (limb3 >>> 51);
    long limb0 = (l0 & MASK) + 19 * (limb4 >>> 51);
    r[0] = limb0 & MASK;
    r[1] = (limb1 & MASK) + (limb0 >>> 51);
    r[2] = limb2 & MASK;
    r[3] = limb3 & MASK;
    r[4] = limb4 & MASK;
  }

  /** r = a^(2^count). */
  private static void square(long[] r, long[] a, int count) {
    square(r, a);
    for (int i = 1; i < count; i++) {
      square(r, r);
    }
  }

  /** r = a^(2^252 - 3), what square roots are made of; {@code r} must not be {@code a}. */
  static void powerForRoot(long[] r, long[] a) {
    long[] a2to50 = raisedTo250(a, new long[LIMBS]);
    square(r, a2to50, 2);
    multiply(r, r, a);
  }

  /** r = 1/a = a^(2^255 - 21); {@code r} must not be {@code a}. */
  static void invert(long[] r, long[] a) {
    long[] a11 = new long[LIMBS];
    long[] a2to250 = raisedTo250(a, a11);
    square(r, a2to250, 5);
    multiply(r, r, a11);
  }

  /** a^(2^250 - 1), and a^11 into {@code a11}. */
  private static long[] raisedTo250(long[] a, long[] a11) {
    long[] t = new long[LIMBS];
    long[] a9 = new long[LIMBS];
    square(t, a);
    long[] a2 = t.clone();
    square(t, t, 2);
    multiply(a9, t, a);
    multiply(a11, a9, a2);
    square(t, a11);
    long[] p5 = new long[LIMBS];
    multiply(p5, t, a9);
    long[] p10 = chained(p5, p5, 5);
    long[] p20 = chained(p10, p10, 10);
    long[] p40 = chained(p20, p20, 20);
    long[] p50 = chained(p40, p10, 10);
    long[] p100 = chained(p50, p50, 50);
    long[] p200 = chained(p100, p100, 100);
    return chained(p200, p50, 50);
  }

  /** a^(2^count) * b. */
  private static long[] chained(long[] a, long[] b, int count) {
    long[] r = new long[LIMBS];
    square(r, a, count);
    multiply(r, r, b);
    return r;
  }

  /** The one representation below p, in 32 bytes, least significant first. */
  static byte[] toBytes(long[] a) {
    long[] t = a.clone();
    carry(t);
    carry(t);
    // t is below 2^255 now; it is p or more if adding 19 carries out of it.
    long c = (t[0] + 19) >>> 51;
    for (int i = 1; i < LIMBS; i++) {
      c = (t[i] + c) >>> 51;
    }
    t[0] += 19 * c;
    for (int i = 0; i < LIMBS - 1; i++) {
      t[i + 1] += t[i] >>> 51;
      t[i] &= MASK;
    }
    t[4] &= MASK;
    byte[] bytes = new byte[32];
    java.nio.ByteBuffer out = java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    out.putLong(t[0] | (t[1] << 51));
    out.putLong((t[1] >>> 13) | (t[2] << 38));
    out.putLong((t[2] >>> 26) | (t[3] << 25));
    out.putLong((t[3] >>> 39) | (t[4] << 12));
    return bytes;
  }

  /** Reads 255 bits; the highest bit is left out. */
  static long[] fromBytes(byte[] bytes) {
    java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    long w0 = in.getLong();
    long w1 = in.getLong();
    long w2 = in.getLong();
    long w3 = in.getLong();
    return new long[]{w0 & MASK, ((w0 >>> 51) | (w1 << 13)) & MASK, ((w1 >>> 38) | (w2 << 26)) & MASK,
        ((w2 >>> 25) | (w3 << 39)) & MASK, (w3 >>> 12) & MASK};
  }

  static boolean same(long[] a, long[] b) {
    return java.util.Arrays.equals(toBytes(a), toBytes(b));
  }

  static boolean isZero(long[] a) {
    return same(a, zero());
  }

  static boolean isOdd(long[] a) {
    return (toBytes(a)[0] & 1) == 1;
  }
}
