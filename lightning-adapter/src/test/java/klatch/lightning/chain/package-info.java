@NullMarked
package klatch.lightning.chain;

import org.jspecify.annotations.NullMarked;
