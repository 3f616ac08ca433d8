package klatch.libp2p;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import klatch.libp2p.wire.Base58;
import klatch.libp2p.wire.Multibase;

/**
 * The name of a peer: a multihash of its public key (libp2p peer-ids). Ids of Ed25519 and secp256k1 keys
 * hold the key itself; those of RSA and ECDSA keys are a hash.
 */
public final class PeerId implements Comparable<PeerId> {
  /** Longest multihash read: an identity hash of 42 bytes or a SHA2-256 of 32, each with two bytes in front. */
  public static final int MAX_BYTES = 44;

  /** Longest encoded key that an id holds as it is. */
  private static final int MAX_INLINED_BYTES = 42;
  private static final byte MULTIHASH_IDENTITY = 0x00;
  private static final byte MULTIHASH_SHA2_256 = 0x12;
  /** identity multihash of 36 bytes; protobuf PublicKey: type 1 = Ed25519, then 32 bytes of key. */
  private static final byte[] ED25519_PREFIX = {0x00, 0x24, 0x08, 0x01, 0x12, 0x20};
  /** CIDv1 with the codec libp2p-key. */
  private static final byte[] CID_PREFIX = {0x01, 0x72};

  private final byte[] multihash;

  private PeerId(byte[] multihash) {
    this.multihash = multihash;
  }

  /** The id of a 32-byte Ed25519 public key. */
  public static PeerId of(byte[] ed25519PublicKey) {
    if (ed25519PublicKey.length != Ed25519.KEY_BYTES) {
      throw new IllegalArgumentException(
          "public key of " + ed25519PublicKey.length + " bytes, not " + Ed25519.KEY_BYTES);
    }
    byte[] bytes = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + Ed25519.KEY_BYTES);
    System.arraycopy(ed25519PublicKey, 0, bytes, ED25519_PREFIX.length, Ed25519.KEY_BYTES);
    return new PeerId(bytes);
  }

  /** The id of any key: an identity hash of its encoding up to 42 bytes, a SHA2-256 past that. */
  public static PeerId of(PublicKey key) {
    byte[] encoded = key.encode();
    boolean inlined = encoded.length <= MAX_INLINED_BYTES;
    byte[] hash = inlined ? encoded : sha256(encoded);
    byte[] bytes = new byte[hash.length + 2];
    bytes[0] = inlined ? MULTIHASH_IDENTITY : MULTIHASH_SHA2_256;
    bytes[1] = (byte) hash.length;
    System.arraycopy(hash, 0, bytes, 2, hash.length);
    return new PeerId(bytes);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /** Reads the binary form, a multihash. */
  public static PeerId fromBytes(byte[] multihash) throws MalformedMessageException {
    if (multihash.length < 3 || multihash.length > MAX_BYTES || multihash[1] != multihash.length - 2) {
      throw new MalformedMessageException(
          "peer id of " + multihash.length + " bytes is not a multihash of at most " + MAX_BYTES);
    }
    boolean known = multihash[0] == MULTIHASH_IDENTITY || (multihash[0] == MULTIHASH_SHA2_256 && multihash[1] == 32);
    if (!known) {
      throw new MalformedMessageException(
          "peer id with hash function " + multihash[0] + ", expected identity or SHA2-256");
    }
    return new PeerId(multihash.clone());
  }

  /** Reads the text form: base58 ({@code 12D3KooW…}, {@code Qm…}) or a CIDv1 in base32 or base36 ({@code bafz…}, {@code k…}). */
  public static PeerId parse(String text) throws MalformedMessageException {
    if (text.startsWith("1") || text.startsWith("Qm")) {
      return fromBytes(Base58.decode(text));
    }
    byte[] cid = Multibase.decode(text);
    if (cid.length < 2 || cid[0] != CID_PREFIX[0] || cid[1] != CID_PREFIX[1]) {
      throw new MalformedMessageException("not the CID of a libp2p key");
    }
    return fromBytes(Arrays.copyOfRange(cid, 2, cid.length));
  }

  /** The multihash. */
  public byte[] bytes() {
    return multihash.clone();
  }

  /** The 32-byte Ed25519 public key, if the id holds one. */
  public Optional<byte[]> publicKey() {
    int prefix = ED25519_PREFIX.length;
    boolean inlined = multihash.length == prefix + Ed25519.KEY_BYTES
        && Arrays.equals(multihash, 0, prefix, ED25519_PREFIX, 0, prefix);
    return inlined ? Optional.of(Arrays.copyOfRange(multihash, prefix, multihash.length)) : Optional.empty();
  }

  /** The key of any kind that an identity hash holds; empty if the id is a hash or what it holds is not a key. */
  public Optional<PublicKey> inlinedKey() {
    if (multihash[0] != MULTIHASH_IDENTITY) {
      return Optional.empty();
    }
    try {
      return Optional.of(PublicKey.decode(Arrays.copyOfRange(multihash, 2, multihash.length)));
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  @Override
  public int compareTo(PeerId other) {
    return Arrays.compareUnsigned(multihash, other.multihash);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerId that && Arrays.equals(multihash, that.multihash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(multihash);
  }

  /** The base58 text form. */
  @Override
  public String toString() {
    return Base58.encode(multihash);
  }
}
