/** The Noise XX handshake and its encrypted channel (libp2p noise). An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.noise;

import org.jspecify.annotations.NullMarked;
