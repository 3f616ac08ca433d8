@NullMarked
package klatch.libp2p.yamux;

import org.jspecify.annotations.NullMarked;
