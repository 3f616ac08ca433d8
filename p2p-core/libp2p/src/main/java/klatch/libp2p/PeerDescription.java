package klatch.libp2p;

import java.util.List;
import java.util.Optional;
import klatch.libp2p.identify.PeerRecord;
import klatch.libp2p.identify.SignedEnvelope;

/**
 * What a peer says of itself by identify. Only {@code record} is signed, and only the peer id is proven; the rest is hearsay.
 *
 * @param observedAddress our address as the peer sees it
 * @param record the addresses that the peer has signed
 * @param envelope the record as it came, to be handed on
 */
public record PeerDescription(PeerId peer, String protocolVersion, String agentVersion, List<Multiaddr> listenAddresses,
    List<String> protocols, Optional<Multiaddr> observedAddress, Optional<PeerRecord> record,
    Optional<SignedEnvelope> envelope) {
  public PeerDescription {
    listenAddresses = List.copyOf(listenAddresses);
    protocols = List.copyOf(protocols);
  }
}
