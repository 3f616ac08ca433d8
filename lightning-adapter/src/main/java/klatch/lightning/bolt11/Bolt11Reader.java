package klatch.lightning.bolt11;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.crypto.ECKey;
import org.jspecify.annotations.Nullable;

/** Reads one invoice by the reader's rules of BOLT 11; thrown away afterwards. */
final class Bolt11Reader {
  private static final Pattern PREFIX = Pattern.compile("ln(bcrt|bc|tbs|tb)(?:([0-9]+)([munp]?))?");
  private static final int TIMESTAMP_WORDS = 7;
  private static final int SIGNATURE_WORDS = 104;
  private static final int HASH_WORDS = 52;
  private static final int KEY_WORDS = 53;
  private static final int COMPACT_BYTES = 64;
  private static final int HOP_BYTES = 51;
  private static final int KEY_BYTES = 33;
  private static final long DEFAULT_EXPIRY_SECONDS = 3_600;
  private static final int DEFAULT_FINAL_CLTV_BLOCKS = 18;
  /** No chain is that long: what says more is nonsense. */
  private static final long MOST_BLOCKS = 1_000_000;
  /** 21 million bitcoin in msat have 19 digits; pico-bitcoin one more. */
  private static final int MOST_DIGITS = 20;
  private static final BigInteger MSAT_PER_BITCOIN = BigInteger.valueOf(100_000_000_000L);

  /** Of the group that secp256k1 signatures live in. */
  private static final BigInteger ORDER = new BigInteger(
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  /** Feature bits that a payer who sends to a secret with an onion of variable length can do without more. */
  private static final List<Integer> KNOWN_EVEN = List.of(8, 14, 16, 48);

  private final String text;
  private @Nullable PaymentHash hash;
  private @Nullable String payee;
  private boolean secret;
  private @Nullable String description;
  private @Nullable String descriptionHash;
  private long expirySeconds = DEFAULT_EXPIRY_SECONDS;
  private int finalCltvBlocks = DEFAULT_FINAL_CLTV_BLOCKS;
  private final List<List<Bolt11.Hop>> hints = new ArrayList<>();

  Bolt11Reader(String text) {
    this.text = text;
  }

  Bolt11 read() {
    Bech32.Decoded decoded;
    try {
      decoded = Bech32.decode(text, Bolt11.MOST_CHARS);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
    Matcher prefix = PREFIX.matcher(decoded.prefix());
    if (!prefix.matches()) {
      throw refused("it begins with '" + shown(decoded.prefix()) + "', which names no network and amount");
    }
    Optional<Msat> amount = amount(prefix.group(2), prefix.group(3));
    byte[] words = decoded.words();
    int end = words.length - SIGNATURE_WORDS;
    if (end < TIMESTAMP_WORDS) {
      throw refused("it is too short");
    }
    fields(words, end);
    PaymentHash paid = hash;
    if (paid == null) {
      throw refused("it has no payment hash");
    }
    if (!secret) {
      throw refused("it has no payment secret");
    }
    if ((description == null) == (descriptionHash == null)) {
      throw refused("it must have either a description or the hash of one");
    }
    String signer = signer(decoded.prefix(), words, end);
    return new Bolt11(text, prefix.group(1), amount, paid, signer, number(words, 0, TIMESTAMP_WORDS), expirySeconds,
        finalCltvBlocks, Optional.ofNullable(description), Optional.ofNullable(descriptionHash), hints);
  }

  private static Optional<Msat> amount(@Nullable String digits, @Nullable String multiplier) {
    if (digits == null || multiplier == null) {
      return Optional.empty();
    }
    if (digits.startsWith("0") || digits.length() > MOST_DIGITS) {
      throw refused("its amount '" + shown(digits) + "' is not written as it must be");
    }
    BigInteger parts = new BigInteger(digits).multiply(MSAT_PER_BITCOIN);
    BigInteger divisor = switch (multiplier) {
      case "m" -> BigInteger.valueOf(1_000);
      case "u" -> BigInteger.valueOf(1_000_000);
      case "n" -> BigInteger.valueOf(1_000_000_000);
      case "p" -> BigInteger.valueOf(1_000_000_000_000L);
      default -> BigInteger.ONE;
    };
    BigInteger[] msat = parts.divideAndRemainder(divisor);
    if (msat[1].signum() != 0) {
      throw refused("its amount is not a whole number of millisatoshi");
    }
    if (msat[0].bitLength() >= Long.SIZE || msat[0].longValueExact() > Msat.MAX_VALUE) {
      throw refused("its amount is more than all bitcoin there are");
    }
    return Optional.of(new Msat(msat[0].longValueExact()));
  }

  private void fields(byte[] words, int end) {
    int at = TIMESTAMP_WORDS;
    while (at < end) {
      if (at + 3 > end) {
        throw refused("a field of it is cut short");
      }
      int from = at + 3;
      int to = from + words[at + 1] * 32 + words[at + 2];
      if (to > end) {
        throw refused("a field of it is cut short");
      }
      field(words[at], words, from, to);
      at = to;
    }
  }

  /** A field of fixed length that has another one is passed over, as the published examples have it. */
  private void field(int type, byte[] words, int from, int to) {
    int length = to - from;
    switch (type) {
      case 1 -> {
        if (length == HASH_WORDS) {
          once(hash, "payment hash");
          hash = PaymentHash.parse(hex(words, from, to));
        }
      }
      case 16 -> secret |= length == HASH_WORDS;
      case 13 -> {
        once(description, "description");
        description = utf8(Bech32.bytes(words, from, to));
      }
      case 23 -> {
        if (length == HASH_WORDS) {
          once(descriptionHash, "hash of a description");
          descriptionHash = hex(words, from, to);
        }
      }
      case 19 -> {
        if (length == KEY_WORDS) {
          once(payee, "payee");
          payee = hex(words, from, to);
        }
      }
      case 6 -> expirySeconds = minimal(words, from, to, "expiry", Long.MAX_VALUE);
      case 24 -> finalCltvBlocks = (int) minimal(words, from, to, "final CLTV", MOST_BLOCKS);
      case 3 -> hints.add(hops(Bech32.bytes(words, from, to)));
      case 5 -> features(words, from, to);
      default -> {
        // Fallback addresses, metadata and what later versions add change nothing here.
      }
    }
  }

  private static void once(@Nullable Object known, String what) {
    if (known != null) {
      throw refused("it has more than one " + what);
    }
  }

  private static long minimal(byte[] words, int from, int to, String what, long most) {
    if (from < to && words[from] == 0) {
      throw refused("its " + what + " begins with a zero");
    }
    if (to - from > 12 || number(words, from, to) > most) {
      throw refused("its " + what + " is absurd");
    }
    return number(words, from, to);
  }

  private static long number(byte[] words, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = value << 5 | words[i];
    }
    return value;
  }

  private static List<Bolt11.Hop> hops(byte[] bytes) {
    List<Bolt11.Hop> hops = new ArrayList<>();
    if (bytes.length == 0 || bytes.length % HOP_BYTES != 0) {
      throw refused("a route hint of it is cut short");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      byte[] node = new byte[KEY_BYTES];
      buffer.get(node);
      buffer.getLong();
      hops.add(new Bolt11.Hop(HexFormat.of().formatHex(node), Integer.toUnsignedLong(buffer.getInt()),
          Integer.toUnsignedLong(buffer.getInt()), Short.toUnsignedInt(buffer.getShort())));
    }
    return hops;
  }

  private static void features(byte[] words, int from, int to) {
    if (from < to && words[from] == 0) {
      throw refused("its features begin with a zero");
    }
    int bits = (to - from) * 5;
    for (int bit = 0; bit < bits; bit += 2) {
      boolean set = ((words[to - 1 - bit / 5] >>> (bit % 5)) & 1) == 1;
      if (set && !KNOWN_EVEN.contains(bit)) {
        throw refused("it asks for feature " + bit + ", which is not known here");
      }
    }
  }

  /** The payee that the invoice names, if the signature is that node's; else the node whose signature it is. */
  private String signer(String prefix, byte[] words, int end) {
    byte[] signature = Bech32.bytes(words, end, words.length);
    ECKey.ECDSASignature pair = new ECKey.ECDSASignature(
        new BigInteger(1, Arrays.copyOfRange(signature, 0, COMPACT_BYTES / 2)),
        new BigInteger(1, Arrays.copyOfRange(signature, COMPACT_BYTES / 2, COMPACT_BYTES)));
    Sha256Hash signed = Sha256Hash.of(signed(prefix, words, end));
    boolean inRange = pair.r.signum() > 0 && pair.s.signum() > 0 && pair.r.compareTo(ORDER) < 0
        && pair.s.compareTo(ORDER) < 0;
    if (!inRange || signature[COMPACT_BYTES] > 3) {
      throw refused("its signature is none");
    }
    String named = payee;
    if (named != null) {
      if (!pair.isCanonical() || !signedBy(named, signed, pair)) {
        throw refused("its signature is not that of the node that it names");
      }
      return named;
    }
    ECKey key;
    try {
      key = ECKey.recoverFromSignature(signature[COMPACT_BYTES], pair, signed, true);
    } catch (IllegalArgumentException e) {
      throw refused("its signature is nobody's", e);
    }
    if (key == null) {
      throw refused("its signature is nobody's");
    }
    return key.getPublicKeyAsHex();
  }

  private static boolean signedBy(String node, Sha256Hash signed, ECKey.ECDSASignature pair) {
    try {
      return ECKey.fromPublicOnly(HexFormat.of().parseHex(node)).verify(signed, pair);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The prefix and the words before the signature, zeros appended up to the next whole byte. */
  private static byte[] signed(String prefix, byte[] words, int end) {
    byte[] padded = Arrays.copyOf(Arrays.copyOf(words, end), end + 1);
    byte[] data = Bech32.bytes(padded, 0, padded.length);
    int bytes = (end * 5 + 7) / 8;
    byte[] head = prefix.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + bytes);
    System.arraycopy(data, 0, all, head.length, Math.min(bytes, data.length));
    return all;
  }

  private static String hex(byte[] words, int from, int to) {
    return HexFormat.of().formatHex(Bech32.bytes(words, from, to));
  }

  private static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw refused("its description is no text", e);
    }
  }

  private static String shown(String strange) {
    return strange.length() <= 20 ? strange : strange.substring(0, 20) + "…";
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("not a BOLT 11 invoice: " + why);
  }

  private static IllegalArgumentException refused(String why, Throwable cause) {
    return new IllegalArgumentException("not a BOLT 11 invoice: " + why, cause);
  }
}
