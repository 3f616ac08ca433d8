/** A whole evening in real browsers: an organiser, attendees with nodes and guests without, on a chain of its own. */
@NullMarked
package klatch.cli.evening;

import org.jspecify.annotations.NullMarked;
