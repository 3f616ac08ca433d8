/** {@code klatch p2p …}: a bare libp2p peer for operators and strangers; it knows nothing of meetups. */
@NullMarked
package klatch.cli.p2p;

import org.jspecify.annotations.NullMarked;
