package klatch.log;

import com.fasterxml.jackson.annotation.JsonCreator;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;

/** A device: its Ed25519 public key, the same key its libp2p peer id is made of. */
public final class DeviceId extends Bytes32<DeviceId> {
  /** @param bytes exactly 32 bytes */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public DeviceId(byte[] bytes) {
    super(bytes, "device id");
  }

  public static DeviceId of(Ed25519Key key) {
    return new DeviceId(key.publicKey());
  }

  /**
   * The device behind a peer; both names are the same Ed25519 key.
   *
   * @throws MalformedMessageException if the peer id is not made of an Ed25519 key
   */
  public static DeviceId of(PeerId peer) throws MalformedMessageException {
    return new DeviceId(peer.publicKey()
        .orElseThrow(() -> new MalformedMessageException("peer " + peer + " has no Ed25519 key in its id")));
  }

  /** The name of this device on the network. */
  public PeerId peerId() {
    return PeerId.of(bytes());
  }

  /** @param hex 64 hex digits */
  public static DeviceId parse(String hex) {
    return new DeviceId(fromHex(hex, "device id"));
  }
}
