@NullMarked
package klatch.regtest;

import org.jspecify.annotations.NullMarked;
