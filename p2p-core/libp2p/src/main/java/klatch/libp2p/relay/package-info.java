/** Circuit relay v2: reaching a peer that cannot be dialled, through one that can (libp2p relay/circuit-v2). */
@NullMarked
package klatch.libp2p.relay;

import org.jspecify.annotations.NullMarked;
