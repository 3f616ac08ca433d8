package klatch.libp2p.noise;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Bytes;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.jspecify.annotations.Nullable;

/**
 * The pattern {@code Noise_XX_25519_ChaChaPoly_SHA256} (Noise protocol framework, revision 34), one side of one handshake:
 *
 * <pre>
 *   -> e
 *   <- e, ee, s, es
 *   -> s, se
 * </pre>
 *
 * The initiator calls writeHello, readAnswer, writeProof; the responder readHello, writeAnswer, readProof; then both split.
 */
public final class NoiseXx {
  public static final int KEY_BYTES = 32;
  private static final String NAME = "Noise_XX_25519_ChaChaPoly_SHA256";
  private static final byte[] NOTHING = {};

  private final byte[] staticPrivate;
  private final byte[] staticPublic;
  private final byte[] ephemeralPrivate;
  private final byte[] ephemeralPublic = new byte[KEY_BYTES];
  private byte[] remoteEphemeral = NOTHING;
  private byte[] remoteStatic = NOTHING;
  /** The name is as long as a hash, so it stands for its own. */
  private byte[] hash = NAME.getBytes(StandardCharsets.US_ASCII);
  private byte[] chainingKey = hash;
  private @Nullable NoiseCipher cipher;

  public NoiseXx(byte[] prologue, byte[] staticPrivate, byte[] staticPublic, byte[] ephemeralPrivate) {
    this.staticPrivate = staticPrivate;
    this.staticPublic = staticPublic;
    this.ephemeralPrivate = ephemeralPrivate;
    X25519.generatePublicKey(ephemeralPrivate, 0, ephemeralPublic, 0);
    mixHash(prologue);
  }

  public byte[] writeHello(byte[] payload) {
    mixHash(ephemeralPublic);
    mixHash(payload);
    return Bytes.join(ephemeralPublic, payload);
  }

  public byte[] readHello(byte[] message) throws MalformedMessageException {
    remoteEphemeral = part(message, 0, KEY_BYTES);
    mixHash(remoteEphemeral);
    byte[] payload = rest(message, KEY_BYTES);
    mixHash(payload);
    return payload;
  }

  public byte[] writeAnswer(byte[] payload) throws MalformedMessageException {
    mixHash(ephemeralPublic);
    mixKey(agree(ephemeralPrivate, remoteEphemeral));
    byte[] sealedStatic = encrypt(staticPublic);
    mixKey(agree(staticPrivate, remoteEphemeral));
    return Bytes.join(ephemeralPublic, sealedStatic, encrypt(payload));
  }

  public byte[] readAnswer(byte[] message) throws MalformedMessageException {
    remoteEphemeral = part(message, 0, KEY_BYTES);
    mixHash(remoteEphemeral);
    mixKey(agree(ephemeralPrivate, remoteEphemeral));
    remoteStatic = decrypt(part(message, KEY_BYTES, KEY_BYTES + NoiseCipher.TAG_BYTES));
    mixKey(agree(ephemeralPrivate, remoteStatic));
    return decrypt(rest(message, 2 * KEY_BYTES + NoiseCipher.TAG_BYTES));
  }

  public byte[] writeProof(byte[] payload) throws MalformedMessageException {
    byte[] sealedStatic = encrypt(staticPublic);
    mixKey(agree(staticPrivate, remoteEphemeral));
    return Bytes.join(sealedStatic, encrypt(payload));
  }

  public byte[] readProof(byte[] message) throws MalformedMessageException {
    remoteStatic = decrypt(part(message, 0, KEY_BYTES + NoiseCipher.TAG_BYTES));
    mixKey(agree(ephemeralPrivate, remoteStatic));
    return decrypt(rest(message, KEY_BYTES + NoiseCipher.TAG_BYTES));
  }

  /** The ciphers of the channel: the initiator's sending direction, then the responder's. */
  public NoiseCipher[] split() {
    byte[][] keys = hkdf(chainingKey, NOTHING);
    return new NoiseCipher[]{new NoiseCipher(keys[0]), new NoiseCipher(keys[1])};
  }

  public byte[] remoteStatic() {
    return remoteStatic.clone();
  }

  public byte[] handshakeHash() {
    return hash.clone();
  }

  private static byte[] part(byte[] message, int from, int count) throws MalformedMessageException {
    if (message.length < from + count) {
      throw new MalformedMessageException(
          "Noise handshake message of " + message.length + " bytes, at least " + (from + count));
    }
    return Arrays.copyOfRange(message, from, from + count);
  }

  private static byte[] rest(byte[] message, int from) throws MalformedMessageException {
    return part(message, from, Math.max(0, message.length - from));
  }

  private static byte[] agree(byte[] privateKey, byte[] publicKey) throws MalformedMessageException {
    byte[] secret = new byte[KEY_BYTES];
    if (!X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0)) {
      throw new MalformedMessageException("the peer's X25519 key gives an all-zero secret");
    }
    return secret;
  }

  private void mixHash(byte[] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(hash);
      hash = digest.digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private void mixKey(byte[] secret) {
    byte[][] keys = hkdf(chainingKey, secret);
    chainingKey = keys[0];
    cipher = new NoiseCipher(keys[1]);
  }

  private static byte[][] hkdf(byte[] salt, byte[] input) {
    byte[] temp = hmac(salt, input);
    byte[] first = hmac(temp, new byte[]{1});
    return new byte[][]{first, hmac(temp, Bytes.join(first, new byte[]{2}))};
  }

  private static byte[] hmac(byte[] key, byte[] input) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  private byte[] encrypt(byte[] plain) {
    byte[] sealed = keyed().seal(hash, plain);
    mixHash(sealed);
    return sealed;
  }

  private byte[] decrypt(byte[] sealed) throws MalformedMessageException {
    byte[] plain = keyed().open(hash, sealed);
    mixHash(sealed);
    return plain;
  }

  private NoiseCipher keyed() {
    if (cipher == null) {
      throw new IllegalStateException("no key agreed on yet");
    }
    return cipher;
  }
}
