@NullMarked
package klatch.log;

import org.jspecify.annotations.NullMarked;
