/** The embedded Lightning node on a chain: what it does behind its port, and what it survives. */
@NullMarked
package klatch.lightning;

import org.jspecify.annotations.NullMarked;
