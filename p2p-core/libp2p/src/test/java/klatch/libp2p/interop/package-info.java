/** Our host against small peers around the libp2p libraries of other languages. */
@NullMarked
package klatch.libp2p.interop;

import org.jspecify.annotations.NullMarked;
