package klatch.libp2p;

/** What a host proves its identity with. Never printed. Immutable and safe for any thread. */
public sealed interface PrivateKey permits Ed25519Key, Secp256k1Key, RsaKey, EcdsaKey {
  /** The other half, as peers see it. */
  PublicKey identity();

  /** The signature over {@code message}, in the form that libp2p fixes for this kind of key. */
  byte[] sign(byte[] message);

  default PeerId peerId() {
    return identity().peerId();
  }
}
