/**
 * What a host keeps: its connections and their limits, handshakes under way, what it knows of peers. An inner part of the host: its classes may
 * change with any version.
 */
@NullMarked
package klatch.libp2p.host;

import org.jspecify.annotations.NullMarked;
