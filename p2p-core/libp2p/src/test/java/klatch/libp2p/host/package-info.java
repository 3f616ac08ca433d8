@NullMarked
package klatch.libp2p.host;

import org.jspecify.annotations.NullMarked;
