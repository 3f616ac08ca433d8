/** A Bitcoin regtest chain to test on: one in this JVM, one by a real bitcoind, behind one small interface. */
@NullMarked
package klatch.regtest.chain;

import org.jspecify.annotations.NullMarked;
