/** Direct connection upgrade through relay: from a relayed connection to one of our own (libp2p relay/DCUtR). */
@NullMarked
package klatch.libp2p.dcutr;

import org.jspecify.annotations.NullMarked;
