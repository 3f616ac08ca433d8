/** The yamux stream muxer (libp2p yamux). An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.yamux;

import org.jspecify.annotations.NullMarked;
