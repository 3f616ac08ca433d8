package klatch.lightning.bolt11;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;

/** Bech32 (BIP 173) without its limit of 90 characters, as invoices and LNURLs use it. */
public final class Bech32 {
  private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  private static final int[] GENERATOR = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  private static final int CHECKSUM_WORDS = 6;
  private static final int WORD_BITS = 5;

  /** What a text says: the human-readable part in lower case, and values of five bits each without the checksum. */
  public static final class Decoded {
    private final String prefix;
    private final byte[] words;

    private Decoded(String prefix, byte[] words) {
      this.prefix = prefix;
      this.words = words;
    }

    public String prefix() {
      return prefix;
    }

    public byte[] words() {
      return words.clone();
    }

    /**
     * The words as bytes.
     *
     * @throws IllegalArgumentException if what is left over is more than padding
     */
    public byte[] bytes() {
      int left = words.length * WORD_BITS % Byte.SIZE;
      boolean padded = words.length == 0 || (words[words.length - 1] & ((1 << left) - 1)) == 0;
      if (left >= WORD_BITS || !padded) {
        throw new IllegalArgumentException("the text does not end with a whole byte");
      }
      return Bech32.bytes(words, 0, words.length);
    }
  }

  private Bech32() {}

  /**
   * Checks case, alphabet and checksum.
   *
   * @param mostChars longer texts are refused unread
   * @throws IllegalArgumentException if it is not Bech32
   */
  public static Decoded decode(String text, int mostChars) {
    if (text.length() > mostChars) {
      throw new IllegalArgumentException(
          "it has " + text.length() + " characters, at most " + mostChars + " are allowed");
    }
    String lower = text.toLowerCase(Locale.ROOT);
    if (!text.equals(lower) && !text.equals(text.toUpperCase(Locale.ROOT))) {
      throw new IllegalArgumentException("it mixes upper and lower case");
    }
    int separator = lower.lastIndexOf('1');
    if (separator < 1) {
      throw new IllegalArgumentException("it has no 1 between its prefix and its content");
    }
    String prefix = lower.substring(0, separator);
    if (prefix.chars().anyMatch(c -> c < '!' || c > '~')) {
      throw new IllegalArgumentException("its prefix holds characters that must not be there");
    }
    byte[] words = new byte[lower.length() - separator - 1];
    if (words.length < CHECKSUM_WORDS) {
      throw new IllegalArgumentException("it is too short");
    }
    for (int i = 0; i < words.length; i++) {
      words[i] = (byte) ALPHABET.indexOf(lower.charAt(separator + 1 + i));
      if (words[i] < 0) {
        throw new IllegalArgumentException("it holds a character that must not be there, at " + (separator + 1 + i));
      }
    }
    if (checksum(prefix, words) != 1) {
      throw new IllegalArgumentException("its checksum is wrong: a character was mistyped or is missing");
    }
    return new Decoded(prefix, Arrays.copyOf(words, words.length - CHECKSUM_WORDS));
  }

  /** @param words values of five bits each */
  public static String encode(String prefix, byte[] words) {
    int sum = checksum(prefix, Arrays.copyOf(words, words.length + CHECKSUM_WORDS)) ^ 1;
    StringBuilder text = new StringBuilder(prefix).append('1');
    for (byte word : words) {
      text.append(ALPHABET.charAt(word));
    }
    for (int i = CHECKSUM_WORDS - 1; i >= 0; i--) {
      text.append(ALPHABET.charAt((sum >>> (WORD_BITS * i)) & 31));
    }
    return text.toString();
  }

  /** Bytes as words of five bits, the last one padded with zeros. */
  public static byte[] words(byte[] bytes) {
    byte[] words = new byte[(bytes.length * Byte.SIZE + WORD_BITS - 1) / WORD_BITS];
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      int value = (bytes[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE)) & 1;
      words[bit / WORD_BITS] |= (byte) (value << (WORD_BITS - 1 - bit % WORD_BITS));
    }
    return words;
  }

  /** The whole bytes of these words; bits that are left over are dropped. */
  static byte[] bytes(byte[] words, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int bits = 0;
    int value = 0;
    for (int i = from; i < to; i++) {
      value = ((value << WORD_BITS) | words[i]) & 0xfff;
      bits += WORD_BITS;
      if (bits >= Byte.SIZE) {
        bits -= Byte.SIZE;
        bytes.write(value >>> bits);
      }
    }
    return bytes.toByteArray();
  }

  private static int checksum(String prefix, byte[] words) {
    int sum = 1;
    for (int i = 0; i < prefix.length(); i++) {
      sum = step(sum, prefix.charAt(i) >>> WORD_BITS);
    }
    sum = step(sum, 0);
    for (int i = 0; i < prefix.length(); i++) {
      sum = step(sum, prefix.charAt(i) & 31);
    }
    for (byte word : words) {
      sum = step(sum, word);
    }
    return sum;
  }

  private static int step(int sum, int word) {
    int top = sum >>> 25;
    int next = ((sum & 0x1ffffff) << WORD_BITS) ^ word;
    for (int i = 0; i < GENERATOR.length; i++) {
      next ^= ((top >>> i) & 1) == 0 ? 0 : GENERATOR[i];
    }
    return next;
  }
}
