package klatch.libp2p.ed25519;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A point of edwards25519 in extended coordinates (RFC 8032, section 5.1.4): x = X/Z, y = Y/Z, x y = T/Z. Changes in place; one thread at a
 * time.
 */
final class CurvePoint {
  private static final BigInteger P = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger D_VALUE = BigInteger.valueOf(-121665)
      .multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);
  private static final long[] D = field(D_VALUE);
  private static final long[] TWO_D = field(D_VALUE.shiftLeft(1).mod(P));
  private static final long[] ROOT_OF_MINUS_ONE = field(
      BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P));

  final long[] x = Field25519.zero();
  final long[] y = Field25519.one();
  final long[] z = Field25519.one();
  final long[] t = Field25519.zero();
  private final long[] a = new long[Field25519.LIMBS];
  private final long[] b = new long[Field25519.LIMBS];
  private final long[] c = new long[Field25519.LIMBS];
  private final long[] d = new long[Field25519.LIMBS];
  private final long[] e = new long[Field25519.LIMBS];

  /** The neutral point. */
  CurvePoint() {
  }

  private static long[] field(BigInteger value) {
    byte[] big = value.toByteArray();
    byte[] little = new byte[32];
    for (int i = 0; i < big.length && i < 32; i++) {
      little[i] = big[big.length - 1 - i];
    }
    return Field25519.fromBytes(little);
  }

  /** The base point: y = 4/5, x even. */
  static CurvePoint base() {
    byte[] encoded = new byte[32];
    Arrays.fill(encoded, (byte) 0x66);
    encoded[0] = 0x58;
    CurvePoint base = decode(encoded);
    if (base == null) {
      throw new IllegalStateException("the base point is on the curve");
    }
    return base;
  }

  /** RFC 8032, section 5.1.3; null if the 32 bytes are no point in its one encoding. */
  static @Nullable CurvePoint decode(byte[] encoded) {
    CurvePoint point = new CurvePoint();
    System.arraycopy(Field25519.fromBytes(encoded), 0, point.y, 0, Field25519.LIMBS);
    byte[] canonical = Field25519.toBytes(point.y);
    canonical[31] |= (byte) (encoded[31] & 0x80);
    if (!Arrays.equals(canonical, encoded)) {
      return null;
    }
    long[] ySquared = new long[Field25519.LIMBS];
    long[] u = new long[Field25519.LIMBS];
    long[] v = new long[Field25519.LIMBS];
    Field25519.square(ySquared, point.y);
    Field25519.subtract(u, ySquared, Field25519.one());
    Field25519.multiply(v, ySquared, D);
    Field25519.add(v, v, Field25519.one());
    if (!root(point.x, u, v)) {
      return null;
    }
    boolean odd = (encoded[31] & 0x80) != 0;
    if (Field25519.isZero(point.x) && odd) {
      return null;
    }
    if (Field25519.isOdd(point.x) != odd) {
      Field25519.subtract(point.x, Field25519.zero(), point.x);
    }
    Field25519.multiply(point.t, point.x, point.y);
    return point;
  }

  /** r = sqrt(u/v) = u v^3 (u v^7)^((p-5)/8), times sqrt(-1) if need be; false if there is none. */
  private static boolean root(long[] r, long[] u, long[] v) {
    long[] v3 = new long[Field25519.LIMBS];
    long[] uv7 = new long[Field25519.LIMBS];
    long[] power = new long[Field25519.LIMBS];
    long[] check = new long[Field25519.LIMBS];
    long[] minusU = new long[Field25519.LIMBS];
    Field25519.square(v3, v);
    Field25519.multiply(v3, v3, v);
    Field25519.square(uv7, v3);
    Field25519.multiply(uv7, uv7, v);
    Field25519.multiply(uv7, uv7, u);
    Field25519.powerForRoot(power, uv7);
    Field25519.multiply(r, power, v3);
    Field25519.multiply(r, r, u);
    Field25519.square(check, r);
    Field25519.multiply(check, check, v);
    if (Field25519.same(check, u)) {
      return true;
    }
    Field25519.subtract(minusU, Field25519.zero(), u);
    Field25519.multiply(r, r, ROOT_OF_MINUS_ONE);
    return Field25519.same(check, minusU);
  }

  CurvePoint copy() {
    CurvePoint copy = new CurvePoint();
    System.arraycopy(x, 0, copy.x, 0, Field25519.LIMBS);
    System.arraycopy(y, 0, copy.y, 0, Field25519.LIMBS);
    System.arraycopy(z, 0, copy.z, 0, Field25519.LIMBS);
    System.arraycopy(t, 0, copy.t, 0, Field25519.LIMBS);
    return copy;
  }

  void negate() {
    Field25519.subtract(x, Field25519.zero(), x);
    Field25519.subtract(t, Field25519.zero(), t);
  }

  /** RFC 8032, section 5.1.4, addition. */
  void add(CurvePoint other) {
    long[] s = new long[Field25519.LIMBS];
    Field25519.subtract(a, y, x);
    Field25519.subtract(s, other.y, other.x);
    Field25519.multiply(a, a, s);
    Field25519.add(b, y, x);
    Field25519.add(s, other.y, other.x);
    Field25519.multiply(b, b, s);
    Field25519.multiply(c, t, other.t);
    Field25519.multiply(c, c, TWO_D);
    Field25519.multiply(d, z, other.z);
    Field25519.add(d, d, d);
    finish();
  }

  /**
   * Adds the multiple that a table holds at {@code at}: y + x, y - x, 2 d x y of an affine point; subtracts it if {@code negative}.
   */
  void add(long[] table, int at, boolean negative) {
    int plus = negative ? at + Field25519.LIMBS : at;
    int minus = negative ? at : at + Field25519.LIMBS;
    Field25519.subtract(a, y, x);
    Field25519.multiply(a, a, table, minus);
    Field25519.add(b, y, x);
    Field25519.multiply(b, b, table, plus);
    Field25519.multiply(c, t, table, at + 2 * Field25519.LIMBS);
    Field25519.add(d, z, z);
    if (negative) {
      finishNegative();
    } else {
      finish();
    }
  }

  /** E = B - A, F = D - C, G = D + C, H = B + A; X = E F, Y = G H, T = E H, Z = F G. */
  private void finish() {
    Field25519.subtract(e, b, a);
    Field25519.add(b, b, a);
    Field25519.subtract(a, d, c);
    Field25519.add(d, d, c);
    product();
  }

  private void finishNegative() {
    Field25519.subtract(e, b, a);
    Field25519.add(b, b, a);
    Field25519.add(a, d, c);
    Field25519.subtract(d, d, c);
    product();
  }

  /** With E in e, F in a, G in d, H in b. */
  private void product() {
    Field25519.multiply(x, e, a);
    Field25519.multiply(y, d, b);
    Field25519.multiply(t, e, b);
    Field25519.multiply(z, a, d);
  }

  /** RFC 8032, section 5.1.2. */
  byte[] encode() {
    long[] inverse = new long[Field25519.LIMBS];
    Field25519.invert(inverse, z);
    Field25519.multiply(a, x, inverse);
    Field25519.multiply(b, y, inverse);
    byte[] encoded = Field25519.toBytes(b);
    if (Field25519.isOdd(a)) {
      encoded[31] |= (byte) 0x80;
    }
    return encoded;
  }

  /** Writes y + x, y - x and 2 d x y of this point, given 1/Z, into a table. */
  void writeTo(long[] table, int at, long[] inverseOfZ) {
    long[] ax = new long[Field25519.LIMBS];
    long[] ay = new long[Field25519.LIMBS];
    Field25519.multiply(ax, x, inverseOfZ);
    Field25519.multiply(ay, y, inverseOfZ);
    Field25519.add(a, ay, ax);
    Field25519.multiply(a, a, Field25519.one());
    System.arraycopy(a, 0, table, at, Field25519.LIMBS);
    Field25519.subtract(a, ay, ax);
    System.arraycopy(a, 0, table, at + Field25519.LIMBS, Field25519.LIMBS);
    Field25519.multiply(a, ax, ay);
    Field25519.multiply(a, a, TWO_D);
    System.arraycopy(a, 0, table, at + 2 * Field25519.LIMBS, Field25519.LIMBS);
  }
}
