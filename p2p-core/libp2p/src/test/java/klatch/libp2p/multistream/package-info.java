@NullMarked
package klatch.libp2p.multistream;

import org.jspecify.annotations.NullMarked;
