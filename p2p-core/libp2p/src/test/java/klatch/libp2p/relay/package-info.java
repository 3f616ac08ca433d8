@NullMarked
package klatch.libp2p.relay;

import org.jspecify.annotations.NullMarked;
