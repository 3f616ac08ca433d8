@NullMarked
package klatch.libp2p.mdns;

import org.jspecify.annotations.NullMarked;
