package klatch.libp2p;

import java.util.Optional;

/** The kinds of key a peer may have, with their numbers in the protobuf (libp2p peer-ids). */
public enum KeyType {
  RSA(0), ED25519(1), SECP256K1(2), ECDSA(3);

  private final int code;

  KeyType(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static Optional<KeyType> coded(long code) {
    for (KeyType type : values()) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  static KeyType require(long code) throws MalformedMessageException {
    return coded(code).orElseThrow(() -> new MalformedMessageException("key of unknown type " + code));
  }
}
