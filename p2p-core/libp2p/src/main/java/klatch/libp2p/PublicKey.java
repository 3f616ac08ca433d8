package klatch.libp2p;

import java.util.Arrays;
import klatch.libp2p.keys.KeyScheme;
import klatch.libp2p.wire.Protobuf;

/**
 * A peer's public key of any kind, checked to be one (libp2p peer-ids). Its data are 32 bytes for Ed25519, 33 bytes for secp256k1 and an X.509
 * SubjectPublicKeyInfo for RSA and ECDSA. Immutable and safe for any thread.
 */
public final class PublicKey {
  /** Longest encoding read; an RSA key of 8,192 bits takes 1,066 bytes. */
  public static final int MAX_ENCODED_BYTES = 2048;
  private static final int TYPE = 1;
  private static final int DATA = 2;

  private final KeyType type;
  private final byte[] data;
  private final KeyScheme scheme;

  private PublicKey(KeyType type, byte[] data, KeyScheme scheme) {
    this.type = type;
    this.data = data;
    this.scheme = scheme;
  }

  /**
   * Makes a key of its data.
   *
   * @throws MalformedMessageException if the data are not a key of this type, or one too weak or too large
   */
  public static PublicKey of(KeyType type, byte[] data) throws MalformedMessageException {
    byte[] copy = data.clone();
    return new PublicKey(type, copy, KeyScheme.of(type, copy));
  }

  /** The key of 32 bytes. */
  public static PublicKey ed25519(byte[] key) {
    try {
      return of(KeyType.ED25519, key);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Reads the protobuf {@code PublicKey} in the one encoding it may have. */
  public static PublicKey decode(byte[] encoded) throws MalformedMessageException {
    if (encoded.length > MAX_ENCODED_BYTES) {
      throw new MalformedMessageException(
          "public key of " + encoded.length + " bytes, at most " + MAX_ENCODED_BYTES);
    }
    long type = -1;
    byte[] data = {};
    for (Protobuf.Field field : Protobuf.read(encoded)) {
      switch (field.tag()) {
        case TYPE -> type = field.number();
        case DATA -> data = field.array();
        default -> throw new MalformedMessageException("public key with field " + field.tag());
      }
    }
    PublicKey key = of(KeyType.require(type), data);
    if (!Arrays.equals(encoded, key.encode())) {
      throw new MalformedMessageException("public key not encoded as the peer id specification fixes it");
    }
    return key;
  }

  /** The protobuf {@code PublicKey}: what peer ids are made of. */
  public byte[] encode() {
    return new Protobuf.Writer().number(TYPE, type.code()).bytes(DATA, data).toByteArray();
  }

  public KeyType type() {
    return type;
  }

  public byte[] data() {
    return data.clone();
  }

  /** Whether {@code signature} over {@code message} was made by this key's owner; whatever is not a signature is simply {@code false}. */
  public boolean verify(byte[] message, byte[] signature) {
    return scheme.verify(message, signature);
  }

  public PeerId peerId() {
    return PeerId.of(this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey that && type == that.type && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return type + " key of " + peerId();
  }
}
