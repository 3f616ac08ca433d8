/** LDK behind the port that deposits use, the chain's JSON-RPC, and the on-chain wallet. No rules about money. */
@NullMarked
package klatch.lightning;

import org.jspecify.annotations.NullMarked;
