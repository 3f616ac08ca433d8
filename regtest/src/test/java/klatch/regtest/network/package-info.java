@NullMarked
package klatch.regtest.network;

import org.jspecify.annotations.NullMarked;
