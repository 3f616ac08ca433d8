@NullMarked
package klatch.libp2p.noise;

import org.jspecify.annotations.NullMarked;
