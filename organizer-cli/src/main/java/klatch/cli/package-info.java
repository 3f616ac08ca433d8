/** The klatch command: the one place that builds a node out of the parts. */
@NullMarked
package klatch.cli;

import org.jspecify.annotations.NullMarked;
