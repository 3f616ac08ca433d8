package klatch.libp2p.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import klatch.libp2p.MalformedMessageException;

/** A Noise CipherState: ChaCha20-Poly1305 with a nonce that counts messages. One direction; one thread at a time. */
public final class NoiseCipher {
  public static final int TAG_BYTES = 16;
  private static final int NONCE_BYTES = 12;

  private final SecretKey key;
  private final Cipher cipher;
  private long counter;

  public NoiseCipher(byte[] key) {
    try {
      this.key = new SecretKeySpec(key, "ChaCha20");
      this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no ChaCha20-Poly1305", e);
    }
  }

  /** Encrypts {@code length} bytes in place; the tag follows them. */
  public void seal(byte[] bytes, int offset, int length) {
    try {
      next(Cipher.ENCRYPT_MODE);
      cipher.doFinal(bytes, offset, length, bytes, offset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt " + length + " bytes", e);
    }
  }

  /** Decrypts {@code length} bytes to the front of {@code plain} and gives the length of the plain text. */
  public int open(byte[] sealed, int offset, int length, byte[] plain) throws MalformedMessageException {
    try {
      next(Cipher.DECRYPT_MODE);
      return cipher.doFinal(sealed, offset, length, plain, 0);
    } catch (AEADBadTagException e) {
      throw new MalformedMessageException("Noise message that does not decrypt", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot decrypt " + length + " bytes", e);
    }
  }

  public byte[] seal(byte[] associated, byte[] plain) {
    try {
      next(Cipher.ENCRYPT_MODE);
      cipher.updateAAD(associated);
      return cipher.doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt " + plain.length + " bytes", e);
    }
  }

  public byte[] open(byte[] associated, byte[] sealed) throws MalformedMessageException {
    try {
      next(Cipher.DECRYPT_MODE);
      cipher.updateAAD(associated);
      return cipher.doFinal(sealed);
    } catch (GeneralSecurityException e) {
      throw new MalformedMessageException("Noise handshake message that does not decrypt", e);
    }
  }

  private void next(int mode) throws GeneralSecurityException {
    byte[] nonce = new byte[NONCE_BYTES];
    ByteBuffer.wrap(nonce).order(ByteOrder.LITTLE_ENDIAN).putLong(Integer.BYTES, counter++);
    cipher.init(mode, key, new IvParameterSpec(nonce));
  }
}
