@NullMarked
package klatch.libp2p.protocol;

import org.jspecify.annotations.NullMarked;
