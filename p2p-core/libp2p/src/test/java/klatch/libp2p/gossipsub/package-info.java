@NullMarked
package klatch.libp2p.gossipsub;

import org.jspecify.annotations.NullMarked;
