/** {@code klatch group}. */
@NullMarked
package klatch.cli.group;

import org.jspecify.annotations.NullMarked;
