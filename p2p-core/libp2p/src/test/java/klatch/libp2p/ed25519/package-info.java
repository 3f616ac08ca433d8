@NullMarked
package klatch.libp2p.ed25519;

import org.jspecify.annotations.NullMarked;
