/** Deposits that come back unless their owner stays away: the only place with rules about money. */
@NullMarked
package klatch.commitments;

import org.jspecify.annotations.NullMarked;
