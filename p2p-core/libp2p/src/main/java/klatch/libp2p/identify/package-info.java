/** What every host tells of itself: identify, ping, signed envelopes and peer records. An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.identify;

import org.jspecify.annotations.NullMarked;
