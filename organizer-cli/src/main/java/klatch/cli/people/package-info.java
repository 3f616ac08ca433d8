/** {@code klatch person}, {@code klatch profile}, {@code klatch find} and {@code klatch connect}. */
@NullMarked
package klatch.cli.people;

import org.jspecify.annotations.NullMarked;
