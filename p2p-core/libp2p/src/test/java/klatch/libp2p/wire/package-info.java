@NullMarked
package klatch.libp2p.wire;

import org.jspecify.annotations.NullMarked;
