package klatch.meetup;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.HexFormat;

/** Immutable bytes compared by value: nonces, signatures, beacons, and terms this module does not read. */
public final class ByteString {
  public static final ByteString EMPTY = new ByteString(new byte[0]);

  private final byte[] bytes;

  private ByteString(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Copies {@code bytes}. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ByteString of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new ByteString(bytes.clone());
  }

  /** @throws IllegalArgumentException when {@code hex} is not an even number of hex digits */
  public static ByteString parse(String hex) {
    return new ByteString(HexFormat.of().parseHex(hex));
  }

  /** {@code length} zero bytes. */
  public static ByteString zeros(int length) {
    return new ByteString(new byte[length]);
  }

  public int length() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** A copy. */
  @JsonValue
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteString that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Lower-case hex. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
