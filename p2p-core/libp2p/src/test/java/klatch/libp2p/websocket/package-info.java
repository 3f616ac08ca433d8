@NullMarked
package klatch.libp2p.websocket;

import org.jspecify.annotations.NullMarked;
