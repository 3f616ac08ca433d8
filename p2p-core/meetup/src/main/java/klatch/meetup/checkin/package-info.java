/**
 * Check-in at the door: the code that is shown, the answer to it, and the encounter both sides sign
 * (docs/spec/checkin.md).
 */
@NullMarked
package klatch.meetup.checkin;

import org.jspecify.annotations.NullMarked;
