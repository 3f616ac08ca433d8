@NullMarked
package klatch.libp2p;

import org.jspecify.annotations.NullMarked;
