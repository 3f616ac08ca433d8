package klatch.libp2p.gossipsub;

import java.util.List;
import java.util.Optional;

/** What a peer speaks, from the least to the most. */
public enum PubsubVersion {
  FLOODSUB("/floodsub/1.0.0"), MESHSUB_1_0("/meshsub/1.0.0"), MESHSUB_1_1("/meshsub/1.1.0"), MESHSUB_1_2(
      "/meshsub/1.2.0");

  /** All protocol ids, the best first. */
  static final List<String> PROTOCOLS = List.of(MESHSUB_1_2.protocol, MESHSUB_1_1.protocol, MESHSUB_1_0.protocol,
      FLOODSUB.protocol);

  private final String protocol;

  PubsubVersion(String protocol) {
    this.protocol = protocol;
  }

  public String protocol() {
    return protocol;
  }

  static Optional<PubsubVersion> of(String protocol) {
    for (PubsubVersion version : values()) {
      if (version.protocol.equals(protocol)) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  /** Whether the peer can be a neighbour in a mesh. */
  boolean meshes() {
    return this != FLOODSUB;
  }

  boolean hearsIDontWant() {
    return this == MESHSUB_1_2;
  }
}
