@NullMarked
package klatch.regtest.chain;

import org.jspecify.annotations.NullMarked;
