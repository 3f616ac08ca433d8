@NullMarked
package klatch.commitments.journal;

import org.jspecify.annotations.NullMarked;
