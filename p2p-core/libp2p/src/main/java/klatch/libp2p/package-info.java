/**
 * The libp2p wire protocols in plain Java: hosts, connections and streams between peers named by their keys. Knows nothing of meetups.
 */
@NullMarked
package klatch.libp2p;

import org.jspecify.annotations.NullMarked;
