@NullMarked
package klatch.regtest.playground;

import org.jspecify.annotations.NullMarked;
