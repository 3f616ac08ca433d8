package klatch.meetup.guest;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PublicKey;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.LastAsGuest;

/**
 * A guest's key on its way from a browser to a node, with where its log ended (docs/spec/guest-key.md). The guests' page
 * writes it, a node reads it.
 *
 * @param person whose key it is
 * @param hidden the key's seed, mixed with what the passphrase gives; the seed itself without one
 * @param salt   of the passphrase
 * @param rounds of PBKDF2; 0 without a passphrase
 * @param last   the entry with which the guest's page has ended the log
 * @param invite by which peers are found that have the log; another module reads it
 */
public record GuestKeyFile(DeviceId person, ByteString hidden, ByteString salt, int rounds, LastAsGuest last,
    String invite) {
  /** The longest text that is read; an invite with eight long addresses fits. */
  public static final int MAX_CHARS = 6_000;
  /** The longest passphrase. */
  public static final int MAX_PASSPHRASE_CHARS = 200;

  private static final int SEED_BYTES = 32;
  private static final int SALT_BYTES = 16;
  private static final int SIGNATURE_BYTES = 64;
  private static final int LEAST_ROUNDS = 10_000;
  /** A node computes them at once for whoever brings a file: about a second. */
  private static final int MOST_ROUNDS = 1_000_000;
  private static final String TITLE = "klatch-guest-key 1";
  private static final String HEX = "([0-9a-f]+)";
  private static final String NUMBER = "(0|[1-9][0-9]{0,14})";
  private static final Pattern LAYOUT = Pattern.compile(String.join("\n", TITLE, "person " + HEX, "key " + HEX,
      "salt " + HEX, "rounds " + NUMBER, "group " + HEX, "last " + NUMBER + " " + HEX, "invite (klatch:[!-~]+)",
      "signature " + HEX));

  /** Why a file does not give its key. */
  public enum Locked {
    /** It is guarded, and no passphrase was given. */
    NO_PASSPHRASE,
    /** It is guarded by another passphrase. */
    WRONG_PASSPHRASE
  }

  /** What opening a file gives. */
  public sealed interface Opened {
    record Key(Ed25519Key key) implements Opened {}

    record Not(Locked why) implements Opened {}
  }

  /** @throws MalformedMessageException if the text is none, of another version, cut or altered */
  public static GuestKeyFile parse(String text) throws MalformedMessageException {
    if (text.length() > MAX_CHARS) {
      throw new MalformedMessageException(
          "a guest's key has at most " + MAX_CHARS + " characters, not " + text.length());
    }
    var lines = String.join("\n", text.strip().lines().map(String::strip).toList());
    var parts = LAYOUT.matcher(lines);
    if (!parts.matches()) {
      throw new MalformedMessageException(lines.startsWith("klatch-guest-key ") && !lines.startsWith(TITLE + "\n")
          ? "this guest's key is of another version; this node reads version 1"
          : "this is no guest's key, or not all of it");
    }
    var person = new DeviceId(hex(parts.group(1), SEED_BYTES, "person"));
    var file = new GuestKeyFile(person, ByteString.of(hex(parts.group(2), SEED_BYTES, "key")),
        ByteString.of(hex(parts.group(3), SALT_BYTES, "salt")),
        rounds(parts.group(4)), new LastAsGuest(new TopicId(hex(parts.group(5), SEED_BYTES, "group")),
            sequence(parts.group(6)), new EntryId(hex(parts.group(7), SEED_BYTES, "last"))),
        parts.group(8));
    var signature = hex(parts.group(9), SIGNATURE_BYTES, "signature");
    if (!PublicKey.ed25519(person.bytes()).verify(signedBytes(file.unsigned()), signature)) {
      throw new MalformedMessageException("this guest's key was altered on its way");
    }
    return file;
  }

  private static byte[] hex(String digits, int bytes, String what) throws MalformedMessageException {
    if (digits.length() != 2 * bytes) {
      throw new MalformedMessageException("the line " + what + " has " + 2 * bytes + " hex digits, not "
          + digits.length());
    }
    return HexFormat.of().parseHex(digits);
  }

  private static int rounds(String text) throws MalformedMessageException {
    long rounds = Long.parseLong(text);
    if (rounds != 0 && (rounds < LEAST_ROUNDS || rounds > MOST_ROUNDS)) {
      throw new MalformedMessageException(
          "rounds are 0, or " + LEAST_ROUNDS + " to " + MOST_ROUNDS + ", not " + rounds);
    }
    return (int) rounds;
  }

  private static long sequence(String text) throws MalformedMessageException {
    long sequence = Long.parseLong(text);
    if (sequence == 0) {
      throw new MalformedMessageException("a log's last entry has a number from 1 on, not 0");
    }
    return sequence;
  }

  private String unsigned() {
    return String.join("\n",
        List.of(TITLE, "person " + person, "key " + hidden, "salt " + salt,
            "rounds " + rounds, "group " + last.topic(), "last " + last.sequence() + " " + last.entry(),
            "invite " + invite))
        + "\n";
  }

  /** Begins with the title's words, as nothing else does that this key signs. */
  private static byte[] signedBytes(String unsigned) {
    return unsigned.getBytes(StandardCharsets.US_ASCII);
  }

  /** As a page writes it, for tests of what reads it. */
  static String text(Ed25519Key key, Optional<String> passphrase, ByteString salt, int rounds, LastAsGuest last,
      String invite) {
    var hidden = passphrase.map(words -> mixed(key.seed(), words, salt.bytes(), rounds)).orElseGet(key::seed);
    var file = new GuestKeyFile(DeviceId.of(key), ByteString.of(hidden), salt, passphrase.isPresent() ? rounds : 0,
        last, invite);
    return file.unsigned() + "signature " + HexFormat.of().formatHex(key.sign(signedBytes(file.unsigned()))) + "\n";
  }

  public boolean guarded() {
    return rounds > 0;
  }

  /**
   * The key. Takes about a second for a guarded file.
   *
   * @throws IllegalArgumentException if the passphrase is too long
   */
  public Opened open(Optional<String> passphrase) {
    if (guarded() && passphrase.isEmpty()) {
      return new Opened.Not(Locked.NO_PASSPHRASE);
    }
    var seed = guarded() ? mixed(hidden.bytes(), passphrase.orElseThrow(), salt.bytes(), rounds) : hidden.bytes();
    var key = Ed25519Key.fromSeed(seed);
    return DeviceId.of(key).equals(person)
        ? new Opened.Key(key)
        : new Opened.Not(Locked.WRONG_PASSPHRASE);
  }

  /** Twice is back again; whether it was the right passphrase shows by the public key. */
  private static byte[] mixed(byte[] bytes, String passphrase, byte[] salt, int rounds) {
    if (passphrase.length() > MAX_PASSPHRASE_CHARS) {
      throw new IllegalArgumentException("a passphrase has at most " + MAX_PASSPHRASE_CHARS + " characters, not "
          + passphrase.length());
    }
    var spec = new PBEKeySpec(Normalizer.normalize(passphrase, Normalizer.Form.NFC).toCharArray(), salt, rounds,
        SEED_BYTES * Byte.SIZE);
    try {
      var pad = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
      var mixed = new byte[SEED_BYTES];
      for (int i = 0; i < SEED_BYTES; i++) {
        mixed[i] = (byte) (bytes[i] ^ pad[i]);
      }
      return mixed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2", e);
    } finally {
      spec.clearPassword();
    }
  }

  /** Never shows the key. */
  @Override
  public String toString() {
    return "GuestKeyFile[" + person + "]";
  }
}
