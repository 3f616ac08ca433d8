/** {@code klatch regtest}: a playground and trials on chains of their own. */
@NullMarked
package klatch.cli.regtest;

import org.jspecify.annotations.NullMarked;
