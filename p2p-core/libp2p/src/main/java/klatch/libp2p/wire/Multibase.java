package klatch.libp2p.wire;

import java.math.BigInteger;
import java.util.Base64;
import klatch.libp2p.MalformedMessageException;

/** Text in the multibase encodings that peer ids and certificate hashes come in: base58btc, base32, base36, base64url. */
public final class Multibase {
  private static final String BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

  private Multibase() {
  }

  public static byte[] decode(String text) throws MalformedMessageException {
    if (text.isEmpty() || text.length() > Base58.MAX_TEXT_LENGTH) {
      throw new MalformedMessageException(
          "multibase text of " + text.length() + " characters, 1 to " + Base58.MAX_TEXT_LENGTH);
    }
    String digits = text.substring(1);
    return switch (text.charAt(0)) {
      case 'z' -> Base58.decode(digits);
      case 'b' -> base32(digits);
      case 'k' -> base36(digits);
      case 'u' -> base64Url(digits);
      default ->
        throw new MalformedMessageException("multibase prefix '" + text.charAt(0) + "', expected one of z b k u");
    };
  }

  public static String encodeBase64Url(byte[] bytes) {
    return "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] base64Url(String digits) throws MalformedMessageException {
    try {
      return Base64.getUrlDecoder().decode(digits);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("not base64url", e);
    }
  }

  private static byte[] base32(String digits) throws MalformedMessageException {
    byte[] bytes = new byte[digits.length() * 5 / 8];
    int bits = 0;
    int held = 0;
    int at = 0;
    for (int i = 0; i < digits.length(); i++) {
      held = (held << 5 | digit(BASE32, digits, i)) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (held >> bits);
      }
    }
    return bytes;
  }

  private static byte[] base36(String digits) throws MalformedMessageException {
    int zeros = 0;
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digit(BASE36, digits, i);
      zeros += value.signum() == 0 && digit == 0 ? 1 : 0;
      value = value.multiply(BigInteger.valueOf(36)).add(BigInteger.valueOf(digit));
    }
    byte[] magnitude = value.signum() == 0 ? new byte[0] : value.toByteArray();
    int skip = magnitude.length > 0 && magnitude[0] == 0 ? 1 : 0;
    byte[] bytes = new byte[zeros + magnitude.length - skip];
    System.arraycopy(magnitude, skip, bytes, zeros, magnitude.length - skip);
    return bytes;
  }

  private static int digit(String alphabet, String digits, int index) throws MalformedMessageException {
    int digit = alphabet.indexOf(digits.charAt(index));
    if (digit < 0) {
      throw new MalformedMessageException("character " + index + " is not in this multibase alphabet");
    }
    return digit;
  }
}
