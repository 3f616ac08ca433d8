package klatch.lightning.chain;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The 80 bytes that a block begins with, and what follows from them alone. Immutable. */
final class BlockHeader {
  static final int BYTES = 80;
  private static final int HASH_BYTES = 32;
  private static final int PREVIOUS_AT = 4;
  private static final int ROOT_AT = 36;
  private static final int TIME_AT = 68;
  private static final int BITS_AT = 72;
  private static final int NONCE_AT = 76;
  private static final long UNSIGNED_INT = 0xffffffffL;
  private static final int MANTISSA = 0x007fffff;
  private static final int SIGN = 0x00800000;
  private static final int MANTISSA_BYTES = 3;
  private static final BigInteger ALL = BigInteger.ONE.shiftLeft(256);

  private final ByteBuffer bytes;
  private final String hash;

  private BlockHeader(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
    this.hash = shown(doubleSha256(bytes));
  }

  /** @throws IllegalArgumentException if these are not 80 bytes */
  static BlockHeader of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a block's header has " + BYTES + " bytes, not " + bytes.length);
    }
    return new BlockHeader(bytes.clone());
  }

  /** The header of a whole block. */
  static BlockHeader ofBlock(byte[] block) {
    return of(Arrays.copyOf(block, Math.min(block.length, BYTES)));
  }

  static byte[] doubleSha256(byte[] bytes) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return sha.digest(sha.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** A hash as bitcoind shows it: the bytes from the last to the first, as hex. */
  static String shown(byte[] hash) {
    byte[] reversed = new byte[hash.length];
    for (int i = 0; i < hash.length; i++) {
      reversed[i] = hash[hash.length - 1 - i];
    }
    return HexFormat.of().formatHex(reversed);
  }

  private byte[] slice(int at) {
    byte[] slice = new byte[HASH_BYTES];
    bytes.get(at, slice);
    return slice;
  }

  /** 64 hex digits, as bitcoind shows it. */
  String hash() {
    return hash;
  }

  String previous() {
    return shown(slice(PREVIOUS_AT));
  }

  String merkleRoot() {
    return shown(slice(ROOT_AT));
  }

  int version() {
    return bytes.getInt(0);
  }

  /** Seconds since 1970. */
  long time() {
    return bytes.getInt(TIME_AT) & UNSIGNED_INT;
  }

  /** The target in its short form. */
  int bits() {
    return bytes.getInt(BITS_AT);
  }

  long nonce() {
    return bytes.getInt(NONCE_AT) & UNSIGNED_INT;
  }

  String hex() {
    byte[] all = new byte[BYTES];
    bytes.get(0, all);
    return HexFormat.of().formatHex(all);
  }

  /** What the hash must not exceed; 0 if the short form means no target (arith_uint256 of Bitcoin Core). */
  static BigInteger target(int bits) {
    int size = bits >>> (Integer.SIZE - Byte.SIZE);
    if ((bits & SIGN) != 0) {
      return BigInteger.ZERO;
    }
    BigInteger mantissa = BigInteger.valueOf(bits & MANTISSA);
    BigInteger target = size <= MANTISSA_BYTES
        ? mantissa.shiftRight(Byte.SIZE * (MANTISSA_BYTES - size))
        : mantissa.shiftLeft(Byte.SIZE * (size - MANTISSA_BYTES));
    return target.compareTo(ALL) < 0 ? target : BigInteger.ZERO;
  }

  /** How many hashes it takes on average to find one below the target. */
  BigInteger work() {
    return ALL.divide(target(bits()).add(BigInteger.ONE));
  }

  boolean proven() {
    return new BigInteger(hash, 16).compareTo(target(bits())) <= 0;
  }
}
