/** From a socket to an encrypted connection with streams. An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.transport;

import org.jspecify.annotations.NullMarked;
