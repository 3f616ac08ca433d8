@NullMarked
package klatch.regtest.junit;

import org.jspecify.annotations.NullMarked;
