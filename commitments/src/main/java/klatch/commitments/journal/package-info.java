/** What the money engine has decided, kept where a crash cannot take it. */
@NullMarked
package klatch.commitments.journal;

import org.jspecify.annotations.NullMarked;
