@NullMarked
package klatch.libp2p.autonat;

import org.jspecify.annotations.NullMarked;
