package klatch.commitments;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Thirty-two bytes compared by value; the common body of hashes and preimages. */
final class Bytes32 {
  static final int LENGTH = 32;

  private Bytes32() {}

  static byte[] checked(byte[] bytes, String what) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException(what + " must be " + LENGTH + " bytes, not " + bytes.length);
    }
    return bytes.clone();
  }

  static byte[] parse(String hex, String what) {
    try {
      return checked(HexFormat.of().parseHex(hex), what);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + " must be " + LENGTH * 2 + " hex digits", e);
    }
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static boolean same(byte[] a, byte[] b) {
    return Arrays.equals(a, b);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
