/** Held deposits on the chain. */
@NullMarked
package klatch.regtest.onchain;

import org.jspecify.annotations.NullMarked;
