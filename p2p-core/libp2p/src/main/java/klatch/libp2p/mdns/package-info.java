/** Finding peers on the local network by multicast DNS (libp2p discovery/mdns). */
@NullMarked
package klatch.libp2p.mdns;

import org.jspecify.annotations.NullMarked;
