/** Where the chain comes from: a bitcoind or an Esplora server, checked before anybody believes it. */
@NullMarked
package klatch.lightning.chain;

import org.jspecify.annotations.NullMarked;
