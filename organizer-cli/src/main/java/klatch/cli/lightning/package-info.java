/** {@code klatch lightning}, {@code klatch channel} and {@code klatch wallet}: what an operator asks of the running node. */
@NullMarked
package klatch.cli.lightning;

import org.jspecify.annotations.NullMarked;
