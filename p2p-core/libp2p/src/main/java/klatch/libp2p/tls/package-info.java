/**
 * TLS 1.3 by the JDK over any raw connection, and the libp2p handshake with it (libp2p tls). An inner part of the host: its classes may change
 * with any version.
 */
@NullMarked
package klatch.libp2p.tls;

import org.jspecify.annotations.NullMarked;
