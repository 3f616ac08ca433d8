package klatch.libp2p.gossipsub;

import klatch.libp2p.PeerId;

/** A message seen for the first time, and the peer it came from. */
public record Arrival(MessageId id, PeerId source, PubsubMessage message) {
}
