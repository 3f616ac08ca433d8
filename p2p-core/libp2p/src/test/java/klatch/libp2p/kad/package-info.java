@NullMarked
package klatch.libp2p.kad;

import org.jspecify.annotations.NullMarked;
