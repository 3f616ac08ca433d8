package klatch.lightning.bolt11;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.crypto.ECKey;

/** Writes invoices for tests, also those that nobody should write. */
final class Bolt11Writer {
  /** With which the document signs its examples. */
  static final ECKey KEY = ECKey.fromPrivate(
      HexFormat.of().parseHex("e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734"));
  private static final String HASH = "0001020304050607080900010203040506070809000102030405060708090102";
  private static final int SIGNATURE_WORDS = 104;
  private static final long TIMESTAMP = 1_496_314_658;

  private final String prefix;
  private final ByteArrayOutputStream words = new ByteArrayOutputStream();

  /** @param prefix such as {@code lnbcrt20m} */
  Bolt11Writer(String prefix) {
    this.prefix = prefix;
    words.writeBytes(number(TIMESTAMP, 7));
  }

  /** With a payment hash and a secret. */
  static Bolt11Writer ordinary(String prefix) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) 0x11);
    return new Bolt11Writer(prefix).field(1, HexFormat.of().parseHex(HASH)).field(16, secret);
  }

  Bolt11Writer field(int type, byte[] bytes) {
    return words(type, Bech32.words(bytes));
  }

  Bolt11Writer words(int type, byte... values) {
    words.write(type);
    words.write(values.length / 32);
    words.write(values.length % 32);
    words.writeBytes(values);
    return this;
  }

  Bolt11Writer description(String text) {
    return field(13, text.getBytes(StandardCharsets.UTF_8));
  }

  Bolt11Writer hint(Bolt11.Hop... hops) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Bolt11.Hop hop : hops) {
      bytes.writeBytes(HexFormat.of().parseHex(hop.node()));
      bytes.writeBytes(new byte[8]);
      bytes.writeBytes(BigInteger.valueOf(1L << 32 | hop.baseMsat()).toByteArray());
      bytes.writeBytes(BigInteger.valueOf(1L << 32 | hop.partsPerMillion()).toByteArray());
      bytes.writeBytes(new byte[]{(byte) (hop.cltvBlocks() >> 8), (byte) hop.cltvBlocks()});
    }
    return field(3, drop(bytes.toByteArray(), hops.length));
  }

  /** Each number was written with a leading 1, so that it has five bytes. */
  private static byte[] drop(byte[] bytes, int hops) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    for (int i = 0; i < hops; i++) {
      int at = i * 53;
      kept.write(bytes, at, 41);
      kept.write(bytes, at + 42, 4);
      kept.write(bytes, at + 47, 4);
      kept.write(bytes, at + 51, 2);
    }
    return kept.toByteArray();
  }

  static byte[] number(long value, int length) {
    byte[] number = new byte[length];
    for (int i = 0; i < length; i++) {
      number[i] = (byte) (value >>> (5 * (length - 1 - i)) & 31);
    }
    return number;
  }

  String signed() {
    return signed(prefix, words.toByteArray());
  }

  /** The same invoice for another network, signed again. */
  static String moved(String bolt11, String from, String to) {
    Bech32.Decoded old = Bech32.decode(bolt11, Bolt11.MOST_CHARS);
    return signed(old.prefix().replaceFirst("^" + from, to),
        Arrays.copyOf(old.words(), old.words().length - SIGNATURE_WORDS));
  }

  private static String signed(String prefix, byte[] words) {
    byte[] bytes = Bech32.bytes(Arrays.copyOf(words, words.length + 1), 0, words.length + 1);
    byte[] head = prefix.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + (words.length * 5 + 7) / 8);
    System.arraycopy(bytes, 0, all, head.length, Math.min(bytes.length, all.length - head.length));
    Sha256Hash hash = Sha256Hash.of(all);
    ECKey.ECDSASignature signature = KEY.sign(hash);
    byte[] compact = new byte[65];
    System.arraycopy(fixed(signature.r), 0, compact, 0, 32);
    System.arraycopy(fixed(signature.s), 0, compact, 32, 32);
    compact[64] = KEY.findRecoveryId(hash, signature);
    byte[] tail = Bech32.words(compact);
    byte[] whole = Arrays.copyOf(words, words.length + tail.length);
    System.arraycopy(tail, 0, whole, words.length, tail.length);
    return Bech32.encode(prefix, whole);
  }

  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[32];
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
    return fixed;
  }
}
