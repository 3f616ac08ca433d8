@NullMarked
package klatch.libp2p.simulation;

import org.jspecify.annotations.NullMarked;
