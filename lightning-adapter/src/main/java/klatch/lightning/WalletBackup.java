package klatch.lightning;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a lost node needs besides its seed words to get its money back: where its coins begin, and whom to ask to close its
 * channels. It holds no channel state, because an old state must never be put back into service: whoever publishes one
 * loses the whole channel. So a backup may be old, and does no harm.
 *
 * @param madeAtEpochMilli when
 * @param peers            those with channels whose address is known
 */
@JsonPropertyOrder({"network", "nodeId", "madeAtEpochMilli", "coins", "peers", "channels"})
public record WalletBackup(String network, String nodeId, long madeAtEpochMilli, Coins coins, List<Peer> peers,
    List<Channel> channels) {
  /** The largest that is read: thousands of channels. */
  public static final int MAX_LENGTH = 1 << 20;
  private static final byte[] MAGIC = "klatch-backup-1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_BITS = 128;

  /** @param nextAddress the first receiving key that nobody was given; {@code birthHeight}: no older block holds coins */
  public record Coins(int nextAddress, int birthHeight) {}

  /** @param address {@code host:port} */
  public record Peer(String nodeId, String address) {}

  /** For the person who restores: what there was. */
  public record Channel(String id, String peer, long capacitySat, long oursSat) {}

  /** The file: readable with the seed words alone, and tampering shows. */
  public byte[] encrypted(Seed seed) {
    byte[] nonce = new byte[NONCE_LENGTH];
    new SecureRandom().nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, seed, nonce).doFinal(LdkNode.JSON.writeValueAsBytes(this));
      byte[] file = Arrays.copyOf(MAGIC, MAGIC.length + NONCE_LENGTH + sealed.length);
      System.arraycopy(nonce, 0, file, MAGIC.length, NONCE_LENGTH);
      System.arraycopy(sealed, 0, file, MAGIC.length + NONCE_LENGTH, sealed.length);
      return file;
    } catch (GeneralSecurityException | JsonProcessingException e) {
      throw new IllegalStateException("every JDK has AES-GCM, and a record always has a text", e);
    }
  }

  /** @throws IllegalArgumentException if it is no backup, was made with other words, or has been changed */
  public static WalletBackup decrypted(byte[] file, Seed seed) {
    if (file.length > MAX_LENGTH || file.length <= MAGIC.length + NONCE_LENGTH
        || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IllegalArgumentException("this file is no backup of a klatch wallet");
    }
    byte[] nonce = Arrays.copyOfRange(file, MAGIC.length, MAGIC.length + NONCE_LENGTH);
    try {
      byte[] text = cipher(Cipher.DECRYPT_MODE, seed, nonce).doFinal(file, MAGIC.length + NONCE_LENGTH,
          file.length - MAGIC.length - NONCE_LENGTH);
      return LdkNode.JSON.readValue(text, WalletBackup.class);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("this backup was made with other seed words, or has been changed", e);
    }
  }

  private static Cipher cipher(int mode, Seed seed, byte[] nonce) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(seed.bytes(), "HmacSHA256"));
    byte[] key = mac.doFinal("klatch wallet backup".getBytes(StandardCharsets.US_ASCII));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(MAGIC);
    return cipher;
  }
}
