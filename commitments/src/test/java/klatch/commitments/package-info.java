@NullMarked
package klatch.commitments;

import org.jspecify.annotations.NullMarked;
