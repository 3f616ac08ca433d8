package klatch.lightning;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.bitcoinj.crypto.MnemonicCode;
import org.bitcoinj.crypto.MnemonicException;

/**
 * The 32 bytes from which a node's channel keys and its on-chain wallet come; as 24 words (BIP 39) they can be written down.
 * Its text form hides them.
 */
public final class Seed {
  private static final int LENGTH = 32;
  private static final int WORDS = 24;
  private static final MnemonicCode MNEMONICS = MnemonicCode.INSTANCE;

  private final byte[] bytes;

  public Seed(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a seed must be " + LENGTH + " bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  public static Seed random(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new Seed(bytes);
  }

  /**
   * The seed of 24 words of BIP 39's English list.
   *
   * @throws IllegalArgumentException that says which word is unknown, or that they do not belong together
   */
  public static Seed ofWords(List<String> words) {
    if (words.size() != WORDS) {
      throw new IllegalArgumentException("a seed has " + WORDS + " words, not " + words.size());
    }
    try {
      return new Seed(MNEMONICS.toEntropy(words));
    } catch (MnemonicException.MnemonicWordException e) {
      throw new IllegalArgumentException(
          "word " + (words.indexOf(e.badWord) + 1) + " is not in the list of BIP 39: " + e.badWord, e);
    } catch (MnemonicException e) {
      throw new IllegalArgumentException(
          "these words do not belong together: one is wrong, or two have changed places", e);
    }
  }

  /** 24 words: whoever has them has the money. */
  public List<String> words() {
    return MNEMONICS.toMnemonic(bytes);
  }

  /** What BIP 39 makes of the words, without a passphrase: the on-chain wallet's root, as in other wallets. */
  byte[] walletRoot() {
    return MnemonicCode.toSeed(words(), "");
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** 64 hex digits: for handing it to the node, never for a log line. */
  String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public String toString() {
    return "seed";
  }
}
