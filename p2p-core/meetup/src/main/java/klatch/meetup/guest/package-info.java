/** People without a node of their own: a host's node writes for them, their own key signs. */
@NullMarked
package klatch.meetup.guest;

import org.jspecify.annotations.NullMarked;
