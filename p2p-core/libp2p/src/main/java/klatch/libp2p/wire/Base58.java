package klatch.libp2p.wire;

import klatch.libp2p.MalformedMessageException;

/** Base58 with the Bitcoin alphabet, as in the text form of peer ids. */
public final class Base58 {
  private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  /** Longest text that is decoded; decoding takes quadratic time, and no peer id comes near this. */
  public static final int MAX_TEXT_LENGTH = 256;

  private Base58() {
  }

  public static String encode(byte[] bytes) {
    int zeros = leading(bytes, (byte) 0);
    byte[] digits = new byte[bytes.length * 138 / 100 + 1];
    int used = 0;
    for (int i = zeros; i < bytes.length; i++) {
      int carry = bytes[i] & 0xff;
      for (int j = 0; j < used || carry != 0; j++) {
        carry += digits[j] << 8;
        digits[j] = (byte) (carry % 58);
        carry /= 58;
        used = Math.max(used, j + 1);
      }
    }
    StringBuilder text = new StringBuilder(zeros + used);
    text.repeat('1', zeros);
    for (int i = used - 1; i >= 0; i--) {
      text.append(ALPHABET.charAt(digits[i]));
    }
    return text.toString();
  }

  public static byte[] decode(String text) throws MalformedMessageException {
    if (text.length() > MAX_TEXT_LENGTH) {
      throw new MalformedMessageException(
          "base58 text of " + text.length() + " characters, at most " + MAX_TEXT_LENGTH);
    }
    int zeros = 0;
    while (zeros < text.length() && text.charAt(zeros) == '1') {
      zeros++;
    }
    byte[] bytes = new byte[text.length()];
    int used = 0;
    for (int i = zeros; i < text.length(); i++) {
      int carry = ALPHABET.indexOf(text.charAt(i));
      if (carry < 0) {
        throw new MalformedMessageException("not a base58 character at " + i);
      }
      for (int j = 0; j < used || carry != 0; j++) {
        carry += (bytes[j] & 0xff) * 58;
        bytes[j] = (byte) carry;
        carry >>= 8;
        used = Math.max(used, j + 1);
      }
    }
    byte[] result = new byte[zeros + used];
    for (int i = 0; i < used; i++) {
      result[zeros + i] = bytes[used - 1 - i];
    }
    return result;
  }

  private static int leading(byte[] bytes, byte value) {
    int n = 0;
    while (n < bytes.length && bytes[n] == value) {
      n++;
    }
    return n;
  }
}
