/** Agreeing on protocols by multistream-select (libp2p connections). An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.multistream;

import org.jspecify.annotations.NullMarked;
