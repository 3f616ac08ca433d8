/** A network to play with in a browser: balances, HTLCs, a faucet. */
@NullMarked
package klatch.regtest.playground;

import org.jspecify.annotations.NullMarked;
