/** {@code klatch door}, {@code klatch checkin} and {@code klatch presence}: who came. */
@NullMarked
package klatch.cli.door;

import org.jspecify.annotations.NullMarked;
