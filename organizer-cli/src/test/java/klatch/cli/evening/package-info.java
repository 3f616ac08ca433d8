/** Evenings in real browsers, and what people get wrong in them. */
@NullMarked
package klatch.cli.evening;

import org.jspecify.annotations.NullMarked;
