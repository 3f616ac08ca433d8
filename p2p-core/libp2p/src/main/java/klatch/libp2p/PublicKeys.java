package klatch.libp2p;

import java.util.Arrays;
import java.util.List;
import klatch.libp2p.wire.Protobuf;

/** The protobuf form of a public key: {@code Type = 1, Data = 2} (libp2p peer-ids). Only Ed25519 keys are used here. */
public final class PublicKeys {
  private static final int TYPE = 1;
  private static final int DATA = 2;
  private static final int ED25519 = 1;
  private static final List<String> NAMES = List.of("RSA", "Ed25519", "Secp256k1", "ECDSA");

  private PublicKeys() {
  }

  public static byte[] encode(byte[] ed25519PublicKey) {
    return new Protobuf.Writer().number(TYPE, ED25519).bytes(DATA, ed25519PublicKey).toByteArray();
  }

  /** The 32 bytes of an Ed25519 key in the one encoding it may have. */
  public static byte[] decode(byte[] encoded) throws MalformedMessageException {
    long type = -1;
    byte[] key = {};
    for (Protobuf.Field field : Protobuf.read(encoded)) {
      switch (field.tag()) {
        case TYPE -> type = field.number();
        case DATA -> key = field.array();
        default -> throw new MalformedMessageException("public key with field " + field.tag());
      }
    }
    if (type != ED25519) {
      String name = type >= 0 && type < NAMES.size() ? NAMES.get((int) type) : "of type " + type;
      throw new MalformedMessageException("a peer with a key " + name + "; only Ed25519 is supported");
    }
    if (key.length != Ed25519.KEY_BYTES || !Arrays.equals(encoded, encode(key))) {
      throw new MalformedMessageException("Ed25519 public key not encoded as the peer id specification fixes it");
    }
    return key;
  }
}
