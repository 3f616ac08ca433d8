@NullMarked
package klatch.libp2p.keys;

import org.jspecify.annotations.NullMarked;
