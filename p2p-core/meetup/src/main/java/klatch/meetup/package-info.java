/**
 * Groups, events, seats and presence: the messages that members append to their logs, and the views that are
 * built from those entries alone. Knows nothing of money; an event carries its terms as bytes it cannot read.
 */
@NullMarked
package klatch.meetup;

import org.jspecify.annotations.NullMarked;
