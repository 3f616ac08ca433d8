package klatch.meetup;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * Bytes that only one device can read (docs/spec/meetup-messages.md, "Sealed"): an X25519 agreement of a key made for
 * this one box with the device's Ed25519 key seen as an X25519 key, then ChaCha20-Poly1305. It does not say who sealed
 * it; the signature of the entry around it does.
 */
final class SealedBox {
  /** How much longer a box is than what is in it: the box's own public key and the tag. */
  static final int OVERHEAD_BYTES = 32 + 16;

  private static final byte[] DOMAIN = "klatch-sealed-1".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY_BYTES = 32;
  /** Each box has a key of its own, so one nonce serves all. */
  private static final byte[] NONCE = new byte[12];
  /** 2^255 − 19: the field of both curves. */
  private static final BigInteger P = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final SecureRandom RANDOM = new SecureRandom();

  private SealedBox() {}

  /** What a box is bound to: a name of one length or another, and parts of fixed length. */
  static byte[] context(String name, byte[]... parts) {
    ByteArrayOutputStream context = new ByteArrayOutputStream();
    context.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    for (byte[] part : parts) {
      context.writeBytes(part);
    }
    return context.toByteArray();
  }

  /** Whether a key is one that can be agreed with: a hostile one may not be. */
  static boolean canSealTo(DeviceId device) {
    byte[] secret = new byte[KEY_BYTES];
    secret[0] = 1;
    return X25519.calculateAgreement(secret, 0, montgomery(device.bytes()), 0, new byte[KEY_BYTES], 0);
  }

  /** @throws IllegalArgumentException when the device's key is no point that can be agreed with */
  static byte[] seal(DeviceId to, byte[] context, byte[] content) {
    byte[] secret = new byte[KEY_BYTES];
    X25519.generatePrivateKey(RANDOM, secret);
    return seal(to, context, content, secret);
  }

  /** @param secret 32 bytes, for this box alone */
  static byte[] seal(DeviceId to, byte[] context, byte[] content, byte[] secret) {
    byte[] own = new byte[KEY_BYTES];
    X25519.generatePublicKey(secret, 0, own, 0);
    byte[] shared = new byte[KEY_BYTES];
    if (!X25519.calculateAgreement(secret, 0, montgomery(to.bytes()), 0, shared, 0)) {
      throw new IllegalArgumentException("nothing can be sealed to the key " + to);
    }
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, shared, own, to.bytes(), context).doFinal(content);
      byte[] box = Arrays.copyOf(own, KEY_BYTES + sealed.length);
      System.arraycopy(sealed, 0, box, KEY_BYTES, sealed.length);
      return box;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has ChaCha20-Poly1305", e);
    }
  }

  /** @throws MalformedMessageException when the box was not sealed to this key with this context */
  static byte[] open(Ed25519Key key, byte[] context, byte[] box) throws MalformedMessageException {
    if (box.length < OVERHEAD_BYTES) {
      throw new MalformedMessageException(
          "a sealed box has at least " + OVERHEAD_BYTES + " bytes, not " + box.length);
    }
    byte[] theirs = Arrays.copyOf(box, KEY_BYTES);
    byte[] shared = new byte[KEY_BYTES];
    if (!X25519.calculateAgreement(scalar(key), 0, theirs, 0, shared, 0)) {
      throw new MalformedMessageException("the box's X25519 key gives an all-zero secret");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, shared, theirs, key.publicKey(), context).doFinal(box, KEY_BYTES,
          box.length - KEY_BYTES);
    } catch (GeneralSecurityException e) {
      throw new MalformedMessageException("a box that is not sealed to this device", e);
    }
  }

  private static Cipher cipher(int mode, byte[] shared, byte[] boxKey, byte[] device, byte[] context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
    cipher.init(mode, new SecretKeySpec(Sha256.of(DOMAIN, shared, boxKey, device), "ChaCha20"),
        new IvParameterSpec(NONCE));
    cipher.updateAAD(context);
    return cipher;
  }

  /** The same point on the Montgomery curve: u = (1 + y) / (1 − y), RFC 7748 section 4.1. */
  private static byte[] montgomery(byte[] ed25519) {
    byte[] bigEndian = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      bigEndian[i] = ed25519[KEY_BYTES - 1 - i];
    }
    BigInteger y = new BigInteger(1, bigEndian).clearBit(255).mod(P);
    BigInteger below = BigInteger.ONE.subtract(y).mod(P);
    BigInteger u = below.signum() == 0
        ? BigInteger.ZERO
        : BigInteger.ONE.add(y).multiply(below.modInverse(P)).mod(P);
    byte[] bytes = u.toByteArray();
    byte[] littleEndian = new byte[KEY_BYTES];
    for (int i = 0; i < Math.min(bytes.length, KEY_BYTES); i++) {
      littleEndian[i] = bytes[bytes.length - 1 - i];
    }
    return littleEndian;
  }

  /** The scalar behind an Ed25519 key, RFC 8032 section 5.1.5; X25519 clamps it. */
  private static byte[] scalar(Ed25519Key key) {
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-512").digest(key.seed()), KEY_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
  }
}
