package klatch.log;

import com.fasterxml.jackson.annotation.JsonValue;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Thirty-two bytes that name or lock one thing. Two of one kind are equal, and ordered, by their bytes; two of different
 * kinds are never equal.
 *
 * @param <T> the kind
 */
public abstract class Bytes32<T extends Bytes32<T>> implements Comparable<T> {
  /** Bytes in each value. */
  public static final int LENGTH = 32;

  private final byte[] bytes;

  /**
   * @param bytes exactly 32 bytes, copied
   * @param what what the complaint calls them
   * @throws IllegalArgumentException for any other number of bytes
   */
  protected Bytes32(byte[] bytes, String what) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException(what + " must be " + LENGTH + " bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  /**
   * The bytes of 64 hex digits.
   *
   * @throws IllegalArgumentException for anything else
   */
  protected static byte[] fromHex(String hex, String what) {
    if (hex.length() != 2 * LENGTH) {
      throw new IllegalArgumentException(what + " must be " + 2 * LENGTH + " hex digits, not " + hex.length());
    }
    try {
      return HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + " must be " + 2 * LENGTH + " hex digits", e);
    }
  }

  /** SHA-256 of {@code bytes}: 32 bytes. */
  public static byte[] sha256(byte[] bytes) {
    return newSha256().digest(bytes);
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** A copy of the 32 bytes. */
  @JsonValue
  public final byte[] bytes() {
    return bytes.clone();
  }

  /** 64 hex digits, whatever the text form is. */
  protected final String hexDigits() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public final int compareTo(T that) {
    return Arrays.compareUnsigned(bytes, ((Bytes32<?>) that).bytes);
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Bytes32<?> that && that.getClass() == getClass()
        && MessageDigest.isEqual(bytes, that.bytes);
  }

  @Override
  public final int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return hexDigits();
  }
}
