/** The node's local HTTP API, on the person's own machine. */
@NullMarked
package klatch.web;

import org.jspecify.annotations.NullMarked;
