/** Tests of {@code klatch p2p}. */
@NullMarked
package klatch.cli.p2p;

import org.jspecify.annotations.NullMarked;
