@NullMarked
package klatch.libp2p.tls;

import org.jspecify.annotations.NullMarked;
