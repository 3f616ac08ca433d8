package klatch.libp2p;

import java.util.List;
import java.util.Optional;
import klatch.libp2p.identify.PeerRecord;

/**
 * What a peer says of itself by identify. Only {@code record} is signed, and only the peer id is proven; the rest is hearsay.
 *
 * @param observedAddress our address as the peer sees it
 */
public record PeerDescription(PeerId peer, String protocolVersion, String agentVersion, List<Multiaddr> listenAddresses,
    List<String> protocols, Optional<Multiaddr> observedAddress, Optional<PeerRecord> record) {
  public PeerDescription {
    listenAddresses = List.copyOf(listenAddresses);
    protocols = List.copyOf(protocols);
  }
}
