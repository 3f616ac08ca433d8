package klatch.libp2p;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.jspecify.annotations.Nullable;

/**
 * {@code Noise_XX_25519_ChaChaPoly_SHA256} as libp2p uses it (libp2p noise): the messages carry each side's identity key, its signature
 * over the Noise static key, and the muxers it offers. Used once, by one thread.
 */
final class NoiseHandshake {
  static final String PROTOCOL = "/noise";
  private static final String NAME = "Noise_XX_25519_ChaChaPoly_SHA256";
  private static final byte[] SIGNATURE_PREFIX = "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);
  private static final int DH_BYTES = 32;
  private static final int IDENTITY_KEY = 1;
  private static final int IDENTITY_SIG = 2;
  private static final int EXTENSIONS = 4;
  private static final int STREAM_MUXERS = 2;
  /** Muxers listed by the other side that we look at. */
  private static final int MAX_MUXERS = 16;
  private static final byte[] NOTHING = {};

  /** What the host proves itself with: made once per host, so that no handshake pays for a signature. */
  static final class Credentials {
    private final byte[] staticPrivate;
    private final byte[] staticPublic;
    private final byte[] payload;

    private Credentials(byte[] staticPrivate, byte[] staticPublic, byte[] payload) {
      this.staticPrivate = staticPrivate;
      this.staticPublic = staticPublic;
      this.payload = payload;
    }

    static Credentials of(Ed25519Key identity, List<String> muxers, SecureRandom random) {
      byte[] priv = new byte[DH_BYTES];
      byte[] pub = new byte[DH_BYTES];
      X25519.generatePrivateKey(random, priv);
      X25519.generatePublicKey(priv, 0, pub, 0);
      Protobuf.Writer extensions = new Protobuf.Writer();
      muxers.forEach(muxer -> extensions.text(STREAM_MUXERS, muxer));
      Protobuf.Writer payload = new Protobuf.Writer().bytes(IDENTITY_KEY, PublicKeys.encode(identity.publicKey()))
          .bytes(IDENTITY_SIG,
              identity.sign(signed(pub)));
      if (!muxers.isEmpty()) {
        payload.bytes(EXTENSIONS, extensions.toByteArray());
      }
      return new Credentials(priv, pub, payload.toByteArray());
    }
  }

  /** The other side: its proven id and the muxers it offered, in its order. */
  record Remote(PeerId peer, List<String> muxers) {
  }

  /** A finished handshake. */
  record Result(NoiseChannel channel, Remote remote) {
  }

  private final SocketBytes socket;
  private final Credentials credentials;
  private final byte[] ephemeralPrivate = new byte[DH_BYTES];
  private final byte[] ephemeralPublic = new byte[DH_BYTES];
  private byte[] hash = NAME.getBytes(StandardCharsets.US_ASCII);
  private byte[] chainingKey = hash;
  private @Nullable NoiseCipher cipher;

  NoiseHandshake(SocketBytes socket, Credentials credentials, byte[] ephemeralPrivate) {
    this.socket = socket;
    this.credentials = credentials;
    System.arraycopy(ephemeralPrivate, 0, this.ephemeralPrivate, 0, DH_BYTES);
    X25519.generatePublicKey(this.ephemeralPrivate, 0, ephemeralPublic, 0);
    mixHash(NOTHING);
  }

  static NoiseHandshake start(SocketBytes socket, Credentials credentials, SecureRandom random) {
    byte[] ephemeral = new byte[DH_BYTES];
    X25519.generatePrivateKey(random, ephemeral);
    return new NoiseHandshake(socket, credentials, ephemeral);
  }

  /** The dialer's part. An {@code expected} peer other than the one that answers ends it. */
  Result initiate(Optional<PeerId> expected) throws IOException, MalformedMessageException {
    mixHash(ephemeralPublic);
    mixHash(NOTHING);
    send(ephemeralPublic);

    Cursor answer = new Cursor(receive());
    byte[] remoteEphemeral = answer.take(DH_BYTES);
    mixHash(remoteEphemeral);
    mixKey(agree(ephemeralPrivate, remoteEphemeral));
    byte[] remoteStatic = decrypt(answer.take(DH_BYTES + NoiseCipher.TAG_BYTES));
    mixKey(agree(ephemeralPrivate, remoteStatic));
    Remote remote = verify(decrypt(answer.rest()), remoteStatic);
    if (expected.isPresent() && !expected.get().equals(remote.peer())) {
      throw new MalformedMessageException("the peer is " + remote.peer() + ", not the expected " + expected.get());
    }

    byte[] sealedStatic = encrypt(credentials.staticPublic);
    mixKey(agree(credentials.staticPrivate, remoteEphemeral));
    send(join(sealedStatic, encrypt(credentials.payload)));
    return new Result(split(true), remote);
  }

  /** The listener's part. */
  Result respond() throws IOException, MalformedMessageException {
    Cursor hello = new Cursor(receive());
    byte[] remoteEphemeral = hello.take(DH_BYTES);
    mixHash(remoteEphemeral);
    mixHash(hello.rest());

    mixHash(ephemeralPublic);
    mixKey(agree(ephemeralPrivate, remoteEphemeral));
    byte[] sealedStatic = encrypt(credentials.staticPublic);
    mixKey(agree(credentials.staticPrivate, remoteEphemeral));
    send(join(ephemeralPublic, sealedStatic, encrypt(credentials.payload)));

    Cursor proof = new Cursor(receive());
    byte[] remoteStatic = decrypt(proof.take(DH_BYTES + NoiseCipher.TAG_BYTES));
    mixKey(agree(ephemeralPrivate, remoteStatic));
    Remote remote = verify(decrypt(proof.rest()), remoteStatic);
    return new Result(split(false), remote);
  }

  private static Remote verify(byte[] payload, byte[] remoteStatic) throws MalformedMessageException {
    byte[] identity = {};
    byte[] signature = {};
    List<String> muxers = new ArrayList<>();
    for (Protobuf.Field field : Protobuf.read(payload)) {
      switch (field.tag()) {
        case IDENTITY_KEY -> identity = field.array();
        case IDENTITY_SIG -> signature = field.array();
        case EXTENSIONS -> {
          for (Protobuf.Field extension : Protobuf.read(field.array())) {
            if (extension.tag() == STREAM_MUXERS && muxers.size() < MAX_MUXERS) {
              muxers.add(extension.text());
            }
          }
        }
        default -> {
          // The specification wants unknown fields ignored.
        }
      }
    }
    byte[] key = PublicKeys.decode(identity);
    if (!Ed25519.verify(key, signed(remoteStatic), signature)) {
      throw new MalformedMessageException("the peer's signature over its Noise key does not verify");
    }
    return new Remote(PeerId.of(key), List.copyOf(muxers));
  }

  private static byte[] signed(byte[] staticPublic) {
    return join(SIGNATURE_PREFIX, staticPublic);
  }

  private static byte[] agree(byte[] privateKey, byte[] publicKey) throws MalformedMessageException {
    byte[] secret = new byte[DH_BYTES];
    if (!X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0)) {
      throw new MalformedMessageException("the peer's X25519 key gives an all-zero secret");
    }
    return secret;
  }

  private NoiseChannel split(boolean initiator) {
    byte[][] keys = hkdf(chainingKey, NOTHING);
    NoiseCipher first = new NoiseCipher(keys[0]);
    NoiseCipher second = new NoiseCipher(keys[1]);
    return initiator ? new NoiseChannel(socket, first, second) : new NoiseChannel(socket, second, first);
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
    return new byte[][]{first, hmac(temp, join(first, new byte[]{2}))};
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

  private void send(byte[] message) throws IOException {
    byte[] length = {(byte) (message.length >> 8), (byte) message.length};
    byte[] frame = join(length, message);
    socket.write(frame, 0, frame.length);
  }

  private byte[] receive() throws IOException, MalformedMessageException {
    int at = require(2);
    int length = (socket.buffer()[at] & 0xff) << 8 | (socket.buffer()[at + 1] & 0xff);
    if (length > Limits.MAX_HANDSHAKE_MESSAGE_BYTES) {
      throw new MalformedMessageException(
          "Noise handshake message of " + length + " bytes, at most " + Limits.MAX_HANDSHAKE_MESSAGE_BYTES);
    }
    socket.consume(2);
    at = require(length);
    byte[] message = Arrays.copyOfRange(socket.buffer(), at, at + length);
    socket.consume(length);
    return message;
  }

  private int require(int count) throws IOException {
    int at = socket.require(count);
    if (at < 0) {
      throw new EOFException("peer ended the connection in the Noise handshake");
    }
    return at;
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  /** Takes a handshake message apart. */
  private static final class Cursor {
    private final byte[] message;
    private int at;

    Cursor(byte[] message) {
      this.message = message;
    }

    byte[] take(int count) throws MalformedMessageException {
      if (message.length - at < count) {
        throw new MalformedMessageException("Noise handshake message of only " + message.length + " bytes");
      }
      at += count;
      return Arrays.copyOfRange(message, at - count, at);
    }

    byte[] rest() {
      return Arrays.copyOfRange(message, at, message.length);
    }
  }
}
