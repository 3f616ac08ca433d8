/** Kademlia: finding peers, records and providers among many (libp2p kad-dht). */
@NullMarked
package klatch.libp2p.kad;

import org.jspecify.annotations.NullMarked;
