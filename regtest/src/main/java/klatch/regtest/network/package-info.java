/** A Lightning network on a regtest chain, in one process, spoken to in the operator's words. */
@NullMarked
package klatch.regtest.network;

import org.jspecify.annotations.NullMarked;
