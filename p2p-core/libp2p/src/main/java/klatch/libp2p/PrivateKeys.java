package klatch.libp2p;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Arrays;
import klatch.libp2p.wire.Protobuf;

/** What private keys have in common, above all the protobuf {@code PrivateKey} in which libp2p programs store them (libp2p peer-ids). */
public final class PrivateKeys {
  private static final int TYPE = 1;
  private static final int DATA = 2;
  private static final int SEED_AND_PUBLIC = 64;
  /** An old form of Ed25519 keys that repeats the public key. */
  private static final int SEED_AND_PUBLIC_TWICE = 96;

  private PrivateKeys() {
  }

  /** Reads any kind of key. */
  public static PrivateKey decode(byte[] encoded) throws MalformedMessageException {
    long type = -1;
    byte[] data = {};
    for (Protobuf.Field field : Protobuf.read(encoded)) {
      switch (field.tag()) {
        case TYPE -> type = field.number();
        case DATA -> data = field.array();
        default -> throw new MalformedMessageException("private key with field " + field.tag());
      }
    }
    return switch (KeyType.require(type)) {
      case ED25519 -> ed25519(data);
      case SECP256K1 -> Secp256k1Key.fromSecret(data);
      case RSA -> RsaKey.fromPkcs1(data);
      case ECDSA -> EcdsaKey.fromSec1(data);
    };
  }

  /** The signature that the JDK makes with a key of its own. */
  static byte[] signature(String algorithm, java.security.PrivateKey key, byte[] message) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign", e);
    }
  }

  private static Ed25519Key ed25519(byte[] data) throws MalformedMessageException {
    if (data.length != SEED_AND_PUBLIC && data.length != SEED_AND_PUBLIC_TWICE) {
      throw new MalformedMessageException("Ed25519 private key of " + data.length + " bytes, not " + SEED_AND_PUBLIC);
    }
    Ed25519Key key = Ed25519Key.fromSeed(Arrays.copyOf(data, Ed25519.KEY_BYTES));
    for (int at = Ed25519.KEY_BYTES; at < data.length; at += Ed25519.KEY_BYTES) {
      if (!Arrays.equals(key.publicKey(), Arrays.copyOfRange(data, at, at + Ed25519.KEY_BYTES))) {
        throw new MalformedMessageException("Ed25519 private key with a public key that is not its own");
      }
    }
    return key;
  }
}
