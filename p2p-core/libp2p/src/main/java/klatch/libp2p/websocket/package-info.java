/** WebSocket (RFC 6455) as a transport, plain and over TLS (libp2p websockets). An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.websocket;

import org.jspecify.annotations.NullMarked;
