@NullMarked
package klatch.libp2p.bench;

import org.jspecify.annotations.NullMarked;
