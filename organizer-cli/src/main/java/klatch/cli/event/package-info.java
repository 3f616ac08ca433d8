/** {@code klatch event} and {@code klatch rsvp}. */
@NullMarked
package klatch.cli.event;

import org.jspecify.annotations.NullMarked;
