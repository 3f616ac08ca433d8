/**
 * The libp2p wire protocols in plain Java: hosts, connections and streams between peers named by their keys. Knows nothing of meetups.
 *
 * <p>
 * This package is the public API; it starts at {@link klatch.libp2p.Host#create}. The packages below it are inner parts, one for each
 * protocol: their classes are public so that the parts see each other, and may change with any version.
 */
@NullMarked
package klatch.libp2p;

import org.jspecify.annotations.NullMarked;
