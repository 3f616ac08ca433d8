@NullMarked
package klatch.regtest.storm;

import org.jspecify.annotations.NullMarked;
