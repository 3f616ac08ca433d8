/**
 * Publish and subscribe among peers: GossipSub 1.0 to 1.2 (libp2p pubsub). {@link klatch.libp2p.gossipsub.GossipsubRouter} is the protocol
 * without sockets, clocks or threads; {@link klatch.libp2p.gossipsub.Gossipsub} runs it on a host.
 */
@NullMarked
package klatch.libp2p.gossipsub;

import org.jspecify.annotations.NullMarked;
