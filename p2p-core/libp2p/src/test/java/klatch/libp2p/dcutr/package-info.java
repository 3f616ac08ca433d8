@NullMarked
package klatch.libp2p.dcutr;

import org.jspecify.annotations.NullMarked;
