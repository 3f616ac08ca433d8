/** Our side of a real LND on a real chain: what it does behind its port, and what it survives. */
@NullMarked
package klatch.lightning.lnd;

import org.jspecify.annotations.NullMarked;
