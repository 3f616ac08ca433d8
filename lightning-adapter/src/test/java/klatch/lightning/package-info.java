/** Tests of the border's pure parts and of loading the library. */
@NullMarked
package klatch.lightning;

import org.jspecify.annotations.NullMarked;
