/** The organiser's own LND behind the port {@code Lightning}: its REST interface, watched and remembered. */
@NullMarked
package klatch.lightning.lnd;

import org.jspecify.annotations.NullMarked;
