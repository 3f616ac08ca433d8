/** How signatures of each kind of key are verified. An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.keys;

import org.jspecify.annotations.NullMarked;
