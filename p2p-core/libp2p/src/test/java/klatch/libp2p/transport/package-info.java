@NullMarked
package klatch.libp2p.transport;

import org.jspecify.annotations.NullMarked;
