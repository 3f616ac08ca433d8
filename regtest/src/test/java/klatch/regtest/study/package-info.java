@NullMarked
package klatch.regtest.study;

import org.jspecify.annotations.NullMarked;
