/** Whole evenings on real parts, good and bad. */
@NullMarked
package klatch.cli.demo;

import org.jspecify.annotations.NullMarked;
