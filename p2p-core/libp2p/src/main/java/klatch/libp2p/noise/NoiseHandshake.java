package klatch.libp2p.noise;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.PublicKey;
import klatch.libp2p.transport.RawBytes;
import klatch.libp2p.transport.SecureChannel;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.wire.Protobuf;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * {@code Noise_XX_25519_ChaChaPoly_SHA256} as libp2p uses it (libp2p noise): the messages carry each side's identity key, its signature
 * over the Noise static key, and the muxers it offers. Used once, by one thread.
 */
public final class NoiseHandshake {
  public static final String PROTOCOL = "/noise";
  private static final byte[] SIGNATURE_PREFIX = "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);
  private static final int IDENTITY_KEY = 1;
  private static final int IDENTITY_SIG = 2;
  private static final int EXTENSIONS = 4;
  private static final int STREAM_MUXERS = 2;
  /** Muxers listed by the other side that we look at. */
  private static final int MAX_MUXERS = 16;
  private static final byte[] NOTHING = {};

  /** What the host proves itself with: made once per host, so that no handshake pays for a signature. */
  public static final class Credentials {
    private final byte[] staticPrivate;
    private final byte[] staticPublic;
    private final byte[] payload;

    private final List<String> muxers;

    private Credentials(byte[] staticPrivate, byte[] staticPublic, byte[] payload, List<String> muxers) {
      this.staticPrivate = staticPrivate;
      this.staticPublic = staticPublic;
      this.payload = payload;
      this.muxers = List.copyOf(muxers);
    }

    /** The muxers that the handshake lists; empty to negotiate one afterwards. */
    public List<String> muxers() {
      return muxers;
    }

    public static Credentials of(PrivateKey identity, List<String> muxers, SecureRandom random) {
      byte[] priv = new byte[NoiseXx.KEY_BYTES];
      byte[] pub = new byte[NoiseXx.KEY_BYTES];
      X25519.generatePrivateKey(random, priv);
      X25519.generatePublicKey(priv, 0, pub, 0);
      Protobuf.Writer extensions = new Protobuf.Writer();
      muxers.forEach(muxer -> extensions.text(STREAM_MUXERS, muxer));
      Protobuf.Writer payload = new Protobuf.Writer().bytes(IDENTITY_KEY, identity.identity().encode())
          .bytes(IDENTITY_SIG,
              identity.sign(signed(pub)));
      if (!muxers.isEmpty()) {
        payload.bytes(EXTENSIONS, extensions.toByteArray());
      }
      return new Credentials(priv, pub, payload.toByteArray(), muxers);
    }
  }

  /** The other side: its proven key and the muxers it offered, in its order. */
  public record Remote(PublicKey key, List<String> muxers) {
    public Remote {
      muxers = List.copyOf(muxers);
    }
  }

  /** A finished handshake. */
  public record Result(SecureChannel channel, Remote remote) {
  }

  private final RawBytes socket;
  private final Credentials credentials;
  private final NoiseXx noise;

  private NoiseHandshake(RawBytes socket, Credentials credentials, NoiseXx noise) {
    this.socket = socket;
    this.credentials = credentials;
    this.noise = noise;
  }

  public static NoiseHandshake start(RawBytes socket, Credentials credentials, SecureRandom random) {
    byte[] ephemeral = new byte[NoiseXx.KEY_BYTES];
    X25519.generatePrivateKey(random, ephemeral);
    return new NoiseHandshake(socket, credentials,
        new NoiseXx(NOTHING, credentials.staticPrivate, credentials.staticPublic, ephemeral));
  }

  /** The dialer's part. An {@code expected} peer other than the one that answers ends it. */
  public Result initiate(Optional<PeerId> expected) throws IOException, MalformedMessageException {
    send(noise.writeHello(NOTHING));
    Remote remote = verify(noise.readAnswer(receive()), noise.remoteStatic());
    if (expected.isPresent() && !expected.get().equals(remote.key().peerId())) {
      throw new MalformedMessageException(
          "the peer is " + remote.key().peerId() + ", not the expected " + expected.get());
    }
    send(noise.writeProof(credentials.payload));
    NoiseCipher[] ciphers = noise.split();
    return new Result(new NoiseChannel(socket, ciphers[0], ciphers[1]), remote);
  }

  /** The listener's part. */
  public Result respond() throws IOException, MalformedMessageException {
    noise.readHello(receive());
    send(noise.writeAnswer(credentials.payload));
    Remote remote = verify(noise.readProof(receive()), noise.remoteStatic());
    NoiseCipher[] ciphers = noise.split();
    return new Result(new NoiseChannel(socket, ciphers[1], ciphers[0]), remote);
  }

  static Remote verify(byte[] payload, byte[] remoteStatic) throws MalformedMessageException {
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
    PublicKey key = PublicKey.decode(identity);
    if (!key.verify(signed(remoteStatic), signature)) {
      throw new MalformedMessageException("the peer's signature over its Noise key does not verify");
    }
    return new Remote(key, muxers);
  }

  private static byte[] signed(byte[] staticPublic) {
    return Bytes.join(SIGNATURE_PREFIX, staticPublic);
  }

  private void send(byte[] message) throws IOException {
    byte[] length = {(byte) (message.length >> 8), (byte) message.length};
    byte[] frame = Bytes.join(length, message);
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
}
