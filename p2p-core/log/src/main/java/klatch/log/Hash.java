package klatch.log;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, and the thirty-two byte values made of it. */
final class Hash {
  static final int LENGTH = 32;

  private Hash() {}

  static byte[] sha256(byte[] bytes) {
    return newSha256().digest(bytes);
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static byte[] checked(byte[] bytes, String what) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException(what + " must be " + LENGTH + " bytes, not " + bytes.length);
    }
    return bytes.clone();
  }

  static byte[] parse(String hex, String what) {
    if (hex.length() != 2 * LENGTH) {
      throw new IllegalArgumentException(what + " must be " + 2 * LENGTH + " hex digits, not " + hex.length());
    }
    try {
      return HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + " must be " + 2 * LENGTH + " hex digits", e);
    }
  }
}
